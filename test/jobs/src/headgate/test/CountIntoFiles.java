package headgate.test;

import org.apache.flink.api.common.serialization.SimpleStringEncoder;
import org.apache.flink.connector.file.sink.FileSink;
import org.apache.flink.core.fs.Path;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.functions.sink.filesystem.rollingpolicies.OnCheckpointRollingPolicy;

/**
 * Writes 1, 2, 3 … into files below {@code --out}, each number exactly once over all restarts that go on from a checkpoint:
 * a file gets its name only when the checkpoint that covers it is complete. {@code --every} is the interval in ms.
 */
public final class CountIntoFiles {
    public static void main(String[] args) throws Exception {
        Options options = new Options(args);
        StreamExecutionEnvironment env = StreamExecutionEnvironment.getExecutionEnvironment();
        env.enableCheckpointing(options.number("every", 500));
        env.fromSequence(1, Long.MAX_VALUE)
                .map(new Slowly(options.number("pause", 2)))
                .uid("slowly")
                .sinkTo(FileSink.forRowFormat(new Path(options.text("out", null)), new SimpleStringEncoder<Long>())
                        .withRollingPolicy(OnCheckpointRollingPolicy.build())
                        .build())
                .uid("files");
        env.execute("count into files");
    }
}
