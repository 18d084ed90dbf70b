package headgate.test;

import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.api.common.state.ValueState;
import org.apache.flink.api.common.state.ValueStateDescriptor;
import org.apache.flink.streaming.api.functions.KeyedProcessFunction;
import org.apache.flink.util.Collector;

/** Counts in keyed state, tells the count now and then, and emits nothing. */
final class Count extends KeyedProcessFunction<Integer, Long, Long> {
    private static final long serialVersionUID = 1L;
    private final Options options;
    private transient ValueState<Long> count;
    private transient long toldAt;

    Count(Options options) {
        this.options = options;
    }

    @Override
    public void open(OpenContext context) {
        count = getRuntimeContext().getState(new ValueStateDescriptor<>("count", Long.class));
    }

    @Override
    public void processElement(Long value, Context context, Collector<Long> out) throws Exception {
        Long before = count.value();
        long now = before == null ? 1 : before + 1;
        count.update(now);
        if (System.currentTimeMillis() - toldAt > 100) {
            toldAt = System.currentTimeMillis();
            options.tell(Long.toString(now));
        }
    }
}
