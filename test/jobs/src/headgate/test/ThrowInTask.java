package headgate.test;

import org.apache.flink.api.common.functions.MapFunction;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;

/** Fails in a task, each time after {@code --after} records. */
public final class ThrowInTask {
    public static void main(String[] args) throws Exception {
        Options options = new Options(args);
        long after = options.number("after", 10);
        StreamExecutionEnvironment env = StreamExecutionEnvironment.getExecutionEnvironment();
        env.fromSequence(1, Long.MAX_VALUE)
                .map(new Slowly(options.number("pause", 1)))
                .map(new ThrowAfter(after))
                .print();
        env.execute("throw in task");
    }

    private static final class ThrowAfter implements MapFunction<Long, Long> {
        private static final long serialVersionUID = 1L;
        private final long after;
        private transient long seen;

        ThrowAfter(long after) {
            this.after = after;
        }

        @Override
        public Long map(Long value) {
            seen++;
            if (seen > after) {
                throw new IllegalStateException("record " + after + " was one too many");
            }
            return value;
        }
    }
}
