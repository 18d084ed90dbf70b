package headgate.test;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.apache.flink.api.common.functions.RichMapFunction;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;

/**
 * Endless; writes down all that a program can see of its JVM (Surroundings), in the JobManager's as {@code --tell
 * <file>.jobmanager} and in the TaskManager's as {@code <file>.taskmanager}, as soon as {@code --when <file>} is there.
 */
public final class LookAround {
    public static void main(String[] args) throws Exception {
        Options options = new Options(args);
        Path when = Path.of(options.text("when", null));
        StreamExecutionEnvironment env = StreamExecutionEnvironment.getExecutionEnvironment();
        env.fromSequence(1, Long.MAX_VALUE).map(new Looking(options)).keyBy(value -> value % 3).print();
        while (!Files.exists(when)) {
            Thread.sleep(20);
        }
        Surroundings seen = Surroundings.look();
        seen.add("plan", env.getExecutionPlan());
        seen.add("arguments", List.of(args));
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
                Surroundings.look().write(options.text("tell", null) + ".taskmanager");
            }
            Thread.sleep(20);
            return value;
        }
    }
}
