package headgate.launcher;

import java.time.Duration;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.api.common.state.ValueState;
import org.apache.flink.api.common.state.ValueStateDescriptor;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.functions.KeyedProcessFunction;
import org.apache.flink.streaming.api.functions.sink.v2.DiscardingSink;
import org.apache.flink.util.Collector;

/**
 * The program of the warm-up; Flink loads it as it loads a user's, by a class loader of its own. Few records on purpose: what
 * the compiler learns of the types in the paths of records should come from the job.
 */
public final class WarmUpJob {
    private WarmUpJob() {}

    public static void main(String[] args) throws Exception {
        StreamExecutionEnvironment env = StreamExecutionEnvironment.getExecutionEnvironment();
        env.fromSequence(1, Long.MAX_VALUE)
                .assignTimestampsAndWatermarks(
                        WatermarkStrategy.<Long>forBoundedOutOfOrderness(Duration.ofMillis(10))
                                .withTimestampAssigner((value, at) -> value))
                .map(WarmUpJob::slowly)
                .keyBy(value -> (int) (value % 4))
                .process(new Counting())
                .sinkTo(new DiscardingSink<>());
        env.execute("warm-up");
    }

    private static long slowly(long value) throws InterruptedException {
        Thread.sleep(5);
        return value;
    }

    private static final class Counting extends KeyedProcessFunction<Integer, Long, Long> {
        private static final long serialVersionUID = 1L;
        private transient ValueState<Long> count;

        @Override
        public void open(OpenContext context) {
            count = getRuntimeContext().getState(new ValueStateDescriptor<>("count", Long.class));
        }

        @Override
        public void processElement(Long value, Context context, Collector<Long> out) throws Exception {
            Long before = count.value();
            count.update(before == null ? 1 : before + 1);
            context.timerService().registerEventTimeTimer(context.timestamp() + 20);
            out.collect(count.value());
        }

        @Override
        public void onTimer(long timestamp, OnTimerContext context, Collector<Long> out) {}
    }
}
