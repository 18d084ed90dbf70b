package headgate.test;

import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.api.common.functions.MapFunction;
import org.apache.flink.api.common.serialization.SimpleStringEncoder;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.connector.file.sink.FileSink;
import org.apache.flink.connector.file.src.FileSource;
import org.apache.flink.connector.file.src.reader.TextLineInputFormat;
import org.apache.flink.core.fs.Path;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.functions.sink.filesystem.rollingpolicies.OnCheckpointRollingPolicy;

/**
 * Copies the lines of the file {@code --input} slowly into the folder {@code --output}, each exactly once, with its
 * checkpoints in {@code --checkpoints}: set by the old call where {@code --set} is {@code storage}, else by configuration.
 */
public final class CopyLines {
    public static void main(String[] args) throws Exception {
        Options options = new Options(args);
        StreamExecutionEnvironment env = StreamExecutionEnvironment.getExecutionEnvironment();
        env.enableCheckpointing(300);
        setCheckpointDirectory(env, options.text("set", "configuration"), options.text("checkpoints", null));
        FileSource<String> source =
                FileSource.forRecordStreamFormat(new TextLineInputFormat(), new Path(options.text("input", null))).build();
        FileSink<String> sink = FileSink.forRowFormat(new Path(options.text("output", null)), new SimpleStringEncoder<String>())
                .withRollingPolicy(OnCheckpointRollingPolicy.build())
                .build();
        env.fromSource(source, WatermarkStrategy.noWatermarks(), "lines")
                .uid("lines")
                .map(new Slow(options.number("pause", 10)))
                .sinkTo(sink)
                .uid("copy");
        env.execute("copy lines");
    }

    private static final class Slow implements MapFunction<String, String> {
        private static final long serialVersionUID = 1L;
        private final long pauseMillis;

        Slow(long pauseMillis) {
            this.pauseMillis = pauseMillis;
        }

        @Override
        public String map(String line) throws Exception {
            Thread.sleep(pauseMillis);
            return line;
        }
    }

    private static void setCheckpointDirectory(StreamExecutionEnvironment env, String how, String directory) {
        if (how.equals("storage")) {
            env.getCheckpointConfig().setCheckpointStorage(directory); // gone in Flink 2
            return;
        }
        Configuration configuration = new Configuration();
        configuration.setString("execution.checkpointing.dir", directory);
        env.configure(configuration, CopyLines.class.getClassLoader());
    }
}
