package headgate.test;

import org.apache.flink.api.common.functions.MapFunction;
import org.apache.flink.runtime.state.FunctionInitializationContext;
import org.apache.flink.runtime.state.FunctionSnapshotContext;
import org.apache.flink.streaming.api.checkpoint.CheckpointedFunction;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;

/** Endless; every checkpoint and savepoint takes {@code --snapshot} ms. */
public final class SlowSnapshot {
    public static void main(String[] args) throws Exception {
        Options options = new Options(args);
        StreamExecutionEnvironment env = StreamExecutionEnvironment.getExecutionEnvironment();
        env.fromSequence(1, Long.MAX_VALUE)
                .map(new Slowly(5))
                .map(new Snapshot(options.number("snapshot", 3000)))
                .uid("snapshot")
                .print();
        env.execute("slow snapshot");
    }

    private static final class Snapshot implements MapFunction<Long, Long>, CheckpointedFunction {
        private static final long serialVersionUID = 1L;
        private final long millis;

        Snapshot(long millis) {
            this.millis = millis;
        }

        @Override
        public void snapshotState(FunctionSnapshotContext context) throws Exception {
            Thread.sleep(millis);
        }

        @Override
        public void initializeState(FunctionInitializationContext context) {}

        @Override
        public Long map(Long value) {
            return value;
        }
    }
}
