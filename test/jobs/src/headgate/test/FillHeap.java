package headgate.test;

import java.util.ArrayList;
import java.util.List;
import org.apache.flink.api.common.functions.MapFunction;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;

/** Starts a hundred threads that never end, in main, and keeps all that its task allocates, until the heap is full. */
public final class FillHeap {
    public static void main(String[] args) throws Exception {
        for (int i = 0; i < 100; i++) {
            new Thread(FillHeap::stay).start();
        }
        StreamExecutionEnvironment env = StreamExecutionEnvironment.getExecutionEnvironment();
        env.fromSequence(1, Long.MAX_VALUE).map(new Keep()).print();
        env.execute("fill heap");
    }

    private static void stay() {
        while (true) {
            try {
                Thread.sleep(1000);
            } catch (InterruptedException e) {
                // A thread that cannot be ended is the point.
            }
        }
    }

    private static final class Keep implements MapFunction<Long, Long> {
        private static final long serialVersionUID = 1L;
        private static final List<byte[]> KEPT = new ArrayList<>();

        @Override
        public Long map(Long value) {
            KEPT.add(new byte[1024 * 1024]);
            return value;
        }
    }
}
