package headgate.launcher;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.apache.logging.log4j.core.LoggerContext;
import org.apache.logging.log4j.core.config.Configurator;

/**
 * log4j, which Flink logs by. The system property that names its configuration is the job's from the JVM's birth and stays
 * as it is; during the warm-up log4j has another one given by hand.
 */
final class JobLog {
    private static LoggerContext context;

    private JobLog() {}

    /** Everything goes to a file in the folder. To be called before anything of Flink is loaded. */
    static void keepAway(Path folder) throws IOException {
        String lines = String.join("\n",
                "rootLogger.level = INFO",
                "rootLogger.appenderRef.file.ref = File",
                "logger.shadednetty.name = org.apache.flink.shaded.netty4.io.netty.channel.DefaultChannelPipeline",
                "logger.shadednetty.level = OFF",
                "appender.file.type = RollingFile",
                "appender.file.name = File",
                "appender.file.fileName = " + folder.resolve("warm-up.log"),
                "appender.file.filePattern = " + folder.resolve("warm-up.log.%i"),
                "appender.file.layout.type = PatternLayout",
                "appender.file.layout.charset = UTF-8",
                "appender.file.layout.pattern = %d{yyyy-MM-dd HH:mm:ss,SSS} %-5p %-60c %x - %m%n",
                "appender.file.policies.type = Policies",
                "appender.file.policies.size.type = SizeBasedTriggeringPolicy",
                "appender.file.policies.size.size = 20MB");
        configure(folder, "log4j.properties", lines);
    }

    /** Nothing is logged any more, and no file is open. */
    static void silence() {
    }

    /** As if log4j were starting now. */
    static void follow() {
        context.setConfigLocation(null);
    }

    private static void configure(Path folder, String name, String lines) throws IOException {
        Path file = folder.resolve(name);
        Files.write(file, lines.getBytes(StandardCharsets.UTF_8));
        context = Configurator.initialize(null, JobLog.class.getClassLoader(), file.toUri());
    }
}
