package headgate.test;

import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;

/** Ends by itself after {@code --records} records. */
public final class BoundedStream {
    public static void main(String[] args) throws Exception {
        Options options = new Options(args);
        StreamExecutionEnvironment env = StreamExecutionEnvironment.getExecutionEnvironment();
        env.fromSequence(1, options.number("records", 100))
                .map(new Slowly(options.number("pause", 1)))
                .keyBy(value -> 0)
                .process(new Count(options))
                .print();
        env.execute("bounded stream");
    }
}
