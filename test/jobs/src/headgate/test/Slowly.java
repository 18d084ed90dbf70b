package headgate.test;

import org.apache.flink.api.common.functions.MapFunction;

/** Passes each record on after a pause. */
final class Slowly implements MapFunction<Long, Long> {
    private static final long serialVersionUID = 1L;
    private final long pauseMillis;

    Slowly(long pauseMillis) {
        this.pauseMillis = pauseMillis;
    }

    @Override
    public Long map(Long value) throws Exception {
        if (pauseMillis > 0) {
            Thread.sleep(pauseMillis);
        }
        return value;
    }
}
