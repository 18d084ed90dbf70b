package headgate.test;

import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;

/** Endless and stateful. {@code --checkpoint <ms>} switches checkpoints on in the program itself. */
public final class CountForever {
    public static void main(String[] args) throws Exception {
        Options options = new Options(args);
        StreamExecutionEnvironment env = StreamExecutionEnvironment.getExecutionEnvironment();
        long checkpoint = options.number("checkpoint", 0);
        if (checkpoint > 0) {
            env.enableCheckpointing(checkpoint);
        }
        env.fromSequence(1, Long.MAX_VALUE)
                .map(new Slowly(options.number("pause", 2)))
                .uid("slowly")
                .keyBy(value -> 0)
                .process(new Count(options))
                .uid("count")
                .print();
        env.execute("count for ever");
    }
}
