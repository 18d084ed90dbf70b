package headgate.test;

import org.apache.flink.api.common.RuntimeExecutionMode;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;

/** In batch mode: the second stage begins when the first has ended. */
public final class BoundedBatch {
    public static void main(String[] args) throws Exception {
        Options options = new Options(args);
        StreamExecutionEnvironment env = StreamExecutionEnvironment.getExecutionEnvironment();
        env.setRuntimeMode(RuntimeExecutionMode.BATCH);
        env.fromSequence(1, options.number("records", 100))
                .map(new Slowly(options.number("pause", 1)))
                .keyBy(value -> (int) (value % 2))
                .process(new Count(options))
                .print();
        env.execute("bounded batch");
    }
}
