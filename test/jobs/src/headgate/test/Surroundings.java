package headgate.test;

import java.io.IOException;
import java.io.InputStream;
import java.lang.management.BufferPoolMXBean;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryPoolMXBean;
import java.lang.reflect.Field;
import java.net.URI;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.Security;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TimeZone;
import java.util.TreeSet;
import java.util.logging.LogManager;
import java.util.stream.Collectors;
import org.apache.flink.core.fs.FileSystem;
import org.apache.logging.log4j.core.LoggerContext;
import org.apache.logging.log4j.core.config.Configuration;
import org.apache.logging.log4j.core.impl.Log4jContextFactory;

/** All that a program can see of the JVM it runs in, as lines {@code what: value}. */
final class Surroundings {
    private static final String[] STATUS = {"Uid", "Gid", "Groups", "CapEff", "NoNewPrivs", "Umask", "SigIgn", "SigCgt"};

    private final List<String> lines = new ArrayList<>();

    static Surroundings look() throws Exception {
        Surroundings seen = new Surroundings();
        seen.lookAtThreads();
        seen.lookAtJvm();
        seen.lookAtProcess();
        seen.lookAtDefaults();
        seen.lookAtLogging();
        seen.lookAtFlink();
        seen.lookAtMemory();
        return seen;
    }

    void add(String what, Object value) {
        lines.add(what + ": " + String.valueOf(value).replace("\n", "\\n"));
    }

    void write(String file) throws IOException {
        Path temporary = Path.of(file + ".tmp");
        Files.write(temporary, lines, StandardCharsets.UTF_8);
        Files.move(temporary, Path.of(file), StandardCopyOption.ATOMIC_MOVE);
    }

    private void lookAtThreads() {
        for (Thread each : Thread.getAllStackTraces().keySet()) {
            ClassLoader loader = each.getContextClassLoader();
            ThreadGroup group = each.getThreadGroup();
            add("thread", String.join(
                    " | ",
                    each.getName(),
                    each.isDaemon() ? "daemon" : "user",
                    String.valueOf(each.getPriority()),
                    group == null ? "-" : group.getName(),
                    nameOf(loader),
                    nameOf(each.getUncaughtExceptionHandler())));
        }
    }

    private void lookAtJvm() throws Exception {
        for (String name : new TreeSet<>(System.getProperties().stringPropertyNames())) {
            add("property " + name, System.getProperty(name));
        }
        add("properties", nameOf(System.getProperties()));
        System.getenv().forEach((name, value) -> add("environment " + name, value));
        add("input arguments", ManagementFactory.getRuntimeMXBean().getInputArguments());
        add("class path", ManagementFactory.getRuntimeMXBean().getClassPath());
        add("class loaders", loadersOf(Surroundings.class));
        add("uncaught exceptions", nameOf(Thread.getDefaultUncaughtExceptionHandler()));
        add("security manager", nameOf(System.getSecurityManager()));
        add("security providers", List.of(Security.getProviders()));
        add("login configuration", nameOf(javax.security.auth.login.Configuration.getConfiguration()));
        add("standard streams", nameOf(System.in) + " " + nameOf(System.out) + " " + nameOf(System.err));
        for (Thread each : shutdownHooks()) {
            add("shutdown hook", each.getName() + " " + each.getClass().getName());
        }
        ManagementFactory.getPlatformMBeanServer().queryNames(null, null).forEach(name -> add("bean", name));
    }

    private void lookAtProcess() throws Exception {
        Path self = Path.of("/proc/self");
        add("command line", Files.readString(self.resolve("cmdline")).replace('\0', ' '));
        add("working folder", Files.readSymbolicLink(self.resolve("cwd")));
        for (String line : Files.readAllLines(self.resolve("status"))) {
            if (Set.of(STATUS).contains(line.split(":")[0])) {
                add("status", line);
            }
        }
        Files.readAllLines(self.resolve("limits")).forEach(line -> add("limit", line));
        add("priority", Files.readString(self.resolve("stat")).replaceFirst("^.*\\) ", "").split(" ")[16]);
        add("control group", Files.readString(self.resolve("cgroup")));
        add("chance of being killed", Files.readString(self.resolve("oom_score_adj")));
        List<String> sockets = lookAtDescriptors(self.resolve("fd"));
        for (String table : new String[] {"tcp", "tcp6", "udp", "udp6"}) {
            for (String line : Files.readAllLines(self.resolve("net").resolve(table))) {
                String[] fields = line.trim().split(" +");
                if (fields.length > 9 && fields[3].equals("0A") && sockets.contains("socket:[" + fields[9] + "]")) {
                    add("listening", table + " " + fields[1].replaceAll(":.*", ""));
                }
            }
        }
        add("standard input", endOf(System.in) + " " + Files.readSymbolicLink(self.resolve("fd/0")));
        for (String folder : new String[] {System.getProperty("java.io.tmpdir"), System.getProperty("user.home")}) {
            try (DirectoryStream<Path> entries = Files.newDirectoryStream(Path.of(folder))) {
                entries.forEach(entry -> add("file", entry));
            }
        }
    }

    private List<String> lookAtDescriptors(Path folder) throws IOException {
        List<String> targets = new ArrayList<>();
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(folder)) {
            for (Path each : entries) {
                try {
                    targets.add(Files.readSymbolicLink(each).toString());
                } catch (IOException e) {
                    // That of this very look.
                }
            }
        }
        targets.forEach(target -> add("open file", target));
        return targets;
    }

    private void lookAtDefaults() {
        add("time zone", TimeZone.getDefault().getID());
        add("locale", Locale.getDefault() + " " + Locale.getDefault(Locale.Category.FORMAT));
        add("charset", Charset.defaultCharset());
        add("processors", Runtime.getRuntime().availableProcessors());
        add("largest heap", Runtime.getRuntime().maxMemory());
        add("cookies", nameOf(java.net.CookieHandler.getDefault()));
        add("proxies", nameOf(java.net.ProxySelector.getDefault()));
        add("temporary folder", System.getProperty("java.io.tmpdir"));
    }

    private void lookAtLogging() {
        add("java.util.logging", List.of(LogManager.getLogManager().getLogger("").getHandlers()).stream()
                .map(Surroundings::nameOf)
                .collect(Collectors.toList()));
        Log4jContextFactory factory = (Log4jContextFactory) org.apache.logging.log4j.LogManager.getFactory();
        for (LoggerContext each : factory.getSelector().getLoggerContexts()) {
            Configuration configuration = each.getConfiguration();
            add("log", configuration.getConfigurationSource() + " by " + each.getConfigLocation() + " " + each.getState());
            configuration.getLoggers().forEach((name, logger) -> add("logger", name + " " + logger.getLevel()));
            configuration.getAppenders().forEach((name, appender) -> add("appender", name + " " + nameOf(appender)));
        }
    }

    private void lookAtFlink() {
        for (String uri : new String[] {"obs://bucket/key", "file:///", "s3://bucket/key"}) {
            try {
                FileSystem files = FileSystem.get(URI.create(uri));
                add("file system", uri + " " + nameOf(files) + " " + nameOf(files.getClass().getClassLoader()));
            } catch (IOException | RuntimeException e) {
                add("file system", uri + " " + e.getMessage());
            }
        }
        add("default file system", FileSystem.getDefaultFsUri());
    }

    /** Figures, which are never the same twice: {@code number <what>: value}. */
    private void lookAtMemory() {
        System.gc();
        add("number classes", ManagementFactory.getClassLoadingMXBean().getLoadedClassCount());
        for (MemoryPoolMXBean each : ManagementFactory.getMemoryPoolMXBeans()) {
            add("number memory " + each.getName(), each.getUsage().getUsed());
        }
        for (BufferPoolMXBean each : ManagementFactory.getPlatformMXBeans(BufferPoolMXBean.class)) {
            add("number buffers " + each.getName(), each.getMemoryUsed());
        }
    }

    private static String endOf(InputStream in) {
        try {
            return String.valueOf(in.read());
        } catch (IOException e) {
            return e.toString();
        }
    }

    @SuppressWarnings("unchecked")
    private static Set<Thread> shutdownHooks() throws ReflectiveOperationException {
        Field hooks = Class.forName("java.lang.ApplicationShutdownHooks").getDeclaredField("hooks");
        hooks.setAccessible(true);
        return ((Map<Thread, Thread>) hooks.get(null)).keySet();
    }

    private static String loadersOf(Class<?> of) {
        List<String> names = new ArrayList<>();
        for (ClassLoader each = of.getClassLoader(); each != null; each = each.getParent()) {
            names.add(nameOf(each));
        }
        return names.toString();
    }

    private static String nameOf(Object thing) {
        return thing == null ? "none" : thing.getClass().getName();
    }
}
