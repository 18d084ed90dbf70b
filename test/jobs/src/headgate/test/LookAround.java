package headgate.test;

import org.apache.flink.api.common.functions.RichMapFunction;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;

/**
 * Endless; writes down all that a program can see of its JVM, in the JobManager's ({@code --tell <file>.jobmanager}) and in
 * the TaskManager's. A line is {@code what: value}; what a thing is follows from Surroundings.
 */
public final class LookAround {
    public static void main(String[] args) throws Exception {
        Options options = new Options(args);
        StreamExecutionEnvironment env = StreamExecutionEnvironment.getExecutionEnvironment();
        env.fromSequence(1, Long.MAX_VALUE).map(new Looking(options)).keyBy(value -> value % 3).print();
        Surroundings seen = Surroundings.look();
        seen.add("plan", env.getExecutionPlan());
        seen.write(options.text("tell", null) + ".jobmanager");
        env.execute("look around");
    }

    private static final class Looking extends RichMapFunction<Long, Long> {
        private static final long serialVersionUID = 1L;
        private final Options options;

        Looking(Options options) {
            this.options = options;
        }

        /** After some records, so that all threads of a running job are there. */
        @Override
        public Long map(Long value) throws Exception {
            if (value == 20) {
                Surroundings seen = Surroundings.look();
                seen.add("task", getRuntimeContext().getTaskInfo().getTaskNameWithSubtasks());
                seen.write(options.text("tell", null) + ".taskmanager");
            }
            Thread.sleep(20);
            return value;
        }
    }
}
