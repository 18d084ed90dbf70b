package headgate.launcher;

import java.lang.reflect.Field;
import java.lang.reflect.Method;
import java.util.HashSet;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.TimeZone;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.ForkJoinWorkerThread;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Collectors;
import javax.security.auth.login.Configuration;
import org.apache.flink.api.dag.Transformation;
import org.apache.flink.runtime.rpc.RpcServiceUtils;
import org.apache.flink.runtime.security.SecurityUtils;

/**
 * What a warm-up changes in a JVM besides making it fast, and how it becomes as if it had not been. What cannot be undone
 * makes the JVM useless: {@link #remove} throws.
 */
final class Traces {
    private static final long THREADS_MS_MAX = 15_000;
    private static final long LOOK_MS = 20;
    /** The end of the name of every hook that Flink registers for a part of a cluster (ShutdownHookUtil). */
    private static final String FLINK_HOOK = " shutdown hook";

    private final Properties properties;
    private final Set<Thread> threads = threads();

    private Traces() {
        // Java keeps it as a property from its first use on, and every program uses it.
        TimeZone.getDefault();
        properties = (Properties) System.getProperties().clone();
    }

    static Traces before() {
        return new Traces();
    }

    /** Of a warm-up in a folder. */
    void remove(String folder) throws Exception {
        ScheduledThreadPoolExecutor timers = timers();
        int timerThreads = timers.getCorePoolSize();
        timers.getQueue().clear();
        timers.setCorePoolSize(0);
        forgetHooks();
        uninstallSecurity();
        restoreProperties(folder);
        // Numbers that a person can see: of operators in plans, of services in logs.
        ((AtomicInteger) valueOf(Transformation.class, "ID_COUNTER")).set(0);
        ((AtomicLong) valueOf(RpcServiceUtils.class, "nextNameOffset")).set(0);
        Thread.currentThread().setContextClassLoader(ClassLoader.getSystemClassLoader());
        Thread.setDefaultUncaughtExceptionHandler(null);
        awaitThreads();
        timers.setCorePoolSize(timerThreads);
        System.gc();
    }

    /**
     * Those that the warm-up has changed, and those that name its folder. Others that are new were set by the
     * initializers of classes, which run in every JVM, but only once.
     */
    private void restoreProperties(String folder) {
        System.getProperties().values().removeIf(value -> String.valueOf(value).contains(folder));
        System.getProperties().putAll(properties);
    }

    /** The sockets and selectors of a closed cluster are closed by its last threads. */
    private void awaitThreads() throws InterruptedException {
        long deadline = System.nanoTime() + THREADS_MS_MAX * 1_000_000;
        for (; ; ) {
            Set<Thread> left = threads();
            left.removeAll(threads);
            left.removeIf(Traces::isOfJava);
            if (left.isEmpty()) {
                return;
            }
            if (System.nanoTime() > deadline) {
                throw new IllegalStateException("threads of the warm-up did not end: "
                        + left.stream().map(Thread::getName).collect(Collectors.joining(", ")));
            }
            Thread.sleep(LOOK_MS);
        }
    }

    /** Workers of the pool that belongs to Java itself: they end after a minute without work. */
    private static boolean isOfJava(Thread thread) {
        return thread instanceof ForkJoinWorkerThread
                && ((ForkJoinWorkerThread) thread).getPool() == ForkJoinPool.commonPool();
    }

    private static Set<Thread> threads() {
        return new HashSet<>(Thread.getAllStackTraces().keySet());
    }

    /** Flink's, for the whole JVM: timeouts of calls that were answered long ago, and the thread that waits for them. */
    private static ScheduledThreadPoolExecutor timers() throws ReflectiveOperationException {
        Class<?> holder = Class.forName("org.apache.flink.util.concurrent.FutureUtils$Delayer");
        return (ScheduledThreadPoolExecutor) valueOf(holder, "DELAYER");
    }

    /** Not every part of Flink takes its hook back when it is closed (TaskExecutorFileMergingManager). */
    private static void forgetHooks() throws ReflectiveOperationException {
        Map<?, ?> hooks = (Map<?, ?>) valueOf(Class.forName("java.lang.ApplicationShutdownHooks"), "hooks");
        for (Object each : Set.copyOf(hooks.keySet())) {
            if (((Thread) each).getName().endsWith(FLINK_HOOK)) {
                Runtime.getRuntime().removeShutdownHook((Thread) each);
            }
        }
    }

    private static void uninstallSecurity() throws ReflectiveOperationException {
        Method uninstall = SecurityUtils.class.getDeclaredMethod("uninstall");
        uninstall.setAccessible(true);
        uninstall.invoke(null);
        Configuration.setConfiguration(null);
    }

    private static Object valueOf(Class<?> holder, String name) throws ReflectiveOperationException {
        Field field = holder.getDeclaredField(name);
        field.setAccessible(true);
        return field.get(null);
    }

    /** The rest of being a program that was started by its own name. */
    static void become(Lease lease) {
        System.setProperty("sun.java.command", (lease.mainClass + " " + String.join(" ", lease.args)).trim());
        JobLog.follow();
    }
}
