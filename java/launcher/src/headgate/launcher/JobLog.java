package headgate.launcher;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.core.LoggerContext;
import org.apache.logging.log4j.core.impl.Log4jContextFactory;
import org.apache.logging.log4j.core.selector.ContextSelector;
import org.apache.logging.log4j.util.PropertiesUtil;

/**
 * log4j, by which Flink writes its log. Every class loader without a parent of Flink's has a world of its own there
 * (LoggerContext): the RPC system's is kept for the job, those of the plugins that the warm-up loaded are not.
 */
final class JobLog {
    private static final String CONFIGURATION = "log4j.configurationFile";
    /** By a property, as log4j's file is in ASCII and the folder may have any name. */
    private static final String FOLDER = "headgate.warm-up";

    private static final String FILE = "${sys:" + FOLDER + "}/warm-up.log";

    private JobLog() {}

    /** Everything goes to a file in the folder, in the same way as the job's will. Before anything of Flink is loaded. */
    static void keepAway(Path folder) throws IOException {
        Path file = folder.resolve("log4j.properties");
        String lines = String.join(
                "\n",
                "rootLogger.level = INFO",
                "rootLogger.appenderRef.file.ref = File",
                "appender.file.type = RollingFile",
                "appender.file.name = File",
                "appender.file.fileName = " + FILE,
                "appender.file.filePattern = " + FILE + ".%i",
                "appender.file.layout.type = PatternLayout",
                "appender.file.layout.charset = UTF-8",
                "appender.file.layout.pattern = %d{yyyy-MM-dd HH:mm:ss,SSS} %-5p %-60c %x - %m%n",
                "appender.file.policies.type = Policies",
                "appender.file.policies.size.type = SizeBasedTriggeringPolicy",
                "appender.file.policies.size.size = 20MB");
        Files.write(file, lines.getBytes(StandardCharsets.UTF_8));
        System.setProperty(FOLDER, folder.toString());
        System.setProperty(CONFIGURATION, file.toUri().toString());
    }

    /** As if log4j were starting now. The system property that names its configuration is the job's again. */
    static void follow() {
        PropertiesUtil.getProperties().reload();
        ContextSelector contexts = ((Log4jContextFactory) LogManager.getFactory()).getSelector();
        for (LoggerContext each : List.copyOf(contexts.getLoggerContexts())) {
            each.reconfigure();
        }
    }
}
