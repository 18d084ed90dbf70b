package headgate.test;

import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.api.common.functions.RichMapFunction;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;

/** Starts a program that leaves the process group and would outlive the job. */
public final class ForkChild {
    public static void main(String[] args) throws Exception {
        Options options = new Options(args);
        StreamExecutionEnvironment env = StreamExecutionEnvironment.getExecutionEnvironment();
        env.fromSequence(1, Long.MAX_VALUE).map(new Slowly(5)).map(new Fork(options)).print();
        env.execute("fork child");
    }

    private static final class Fork extends RichMapFunction<Long, Long> {
        private static final long serialVersionUID = 1L;
        private final Options options;

        Fork(Options options) {
            this.options = options;
        }

        @Override
        public void open(OpenContext context) throws Exception {
            Process child = new ProcessBuilder("setsid", "sleep", "3600").start();
            options.tell(Long.toString(child.pid()));
        }

        @Override
        public Long map(Long value) {
            return value;
        }
    }
}
