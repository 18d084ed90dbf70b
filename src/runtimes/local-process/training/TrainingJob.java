import java.time.Duration;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.api.common.state.ListState;
import org.apache.flink.api.common.state.ListStateDescriptor;
import org.apache.flink.api.common.state.MapState;
import org.apache.flink.api.common.state.MapStateDescriptor;
import org.apache.flink.api.common.state.ValueState;
import org.apache.flink.api.common.state.ValueStateDescriptor;
import org.apache.flink.api.java.tuple.Tuple2;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.functions.KeyedProcessFunction;
import org.apache.flink.util.Collector;

/** What most jobs use: keyed state of the usual kinds, timers, watermarks, checkpoints. Classes it loads are archived. */
public final class TrainingJob {
    public static void main(String[] args) throws Exception {
        StreamExecutionEnvironment env = StreamExecutionEnvironment.getExecutionEnvironment();
        env.enableCheckpointing(500);
        env.fromSequence(1, Long.MAX_VALUE)
                .assignTimestampsAndWatermarks(
                        WatermarkStrategy.<Long>forBoundedOutOfOrderness(Duration.ofMillis(100))
                                .withTimestampAssigner((value, at) -> System.currentTimeMillis()))
                .map(TrainingJob::slowly)
                .keyBy(value -> (int) (value % 8))
                .process(new Stateful())
                .filter(pair -> pair.f1 < 0)
                .print();
        env.execute("training");
    }

    private static long slowly(long value) throws InterruptedException {
        Thread.sleep(5);
        return value;
    }

    private static final class Stateful extends KeyedProcessFunction<Integer, Long, Tuple2<String, Long>> {
        private static final long serialVersionUID = 1L;
        private transient ValueState<Long> count;
        private transient ListState<Long> last;
        private transient MapState<String, Long> byName;

        @Override
        public void open(OpenContext context) {
            count = getRuntimeContext().getState(new ValueStateDescriptor<>("count", Long.class));
            last = getRuntimeContext().getListState(new ListStateDescriptor<>("last", Long.class));
            byName = getRuntimeContext().getMapState(new MapStateDescriptor<>("byName", String.class, Long.class));
        }

        @Override
        public void processElement(Long value, Context context, Collector<Tuple2<String, Long>> out) throws Exception {
            Long before = count.value();
            count.update(before == null ? 1 : before + 1);
            last.update(java.util.List.of(value));
            byName.put("n" + value % 4, value);
            context.timerService().registerEventTimeTimer(context.timestamp() + 200);
            context.timerService().registerProcessingTimeTimer(context.timerService().currentProcessingTime() + 200);
            out.collect(Tuple2.of("n", count.value()));
        }

        @Override
        public void onTimer(long at, OnTimerContext context, Collector<Tuple2<String, Long>> out) {
            out.collect(Tuple2.of("timer", at));
        }
    }
}
