package org.apache.flink.examples.streaming;

import java.net.URL;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.apache.flink.api.common.functions.MapFunction;
import org.apache.flink.api.common.functions.RichMapFunction;
import org.apache.flink.api.common.state.ValueState;
import org.apache.flink.api.common.state.ValueStateDescriptor;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;

/**
 * The job of the documents' example: an endless stream over a few queues that keeps a count per queue as state.
 *
 * <p>Its main fails unless it can read the dependency file {@code userData/test.csv} and load classes that are only in the
 * dependency jars test.jar and test1.jar, so a running job proves that all of them arrived.
 *
 * <p>Arguments: {@code -windowSize <milliseconds>} between two lines of output, {@code -rate<n>} records a second and queue.
 */
public final class JavaQueueStream {

    private static final long CHECKPOINT_MS = 1000;

    public static void main(String[] args) throws Exception {
        long windowMs = Long.parseLong(valueAfter(args, "-windowSize"));
        long perSecond = Long.parseLong(suffixOf(args, "-rate"));
        List<String> queues = Files.readAllLines(userFile("test.csv"), StandardCharsets.UTF_8);
        String prefix = fromDependency("headgate.demo.QueueNaming", "prefix");
        String suffix = fromDependency("headgate.demo.QueueEnding", "suffix");

        StreamExecutionEnvironment env = StreamExecutionEnvironment.getExecutionEnvironment();
        env.enableCheckpointing(CHECKPOINT_MS);
        env.fromSequence(0, Long.MAX_VALUE)
                .map(new ToQueue(prefix, suffix, queues.toArray(new String[0]), perSecond))
                .returns(Types.STRING)
                .name("queue")
                .keyBy(queue -> queue)
                .map(new CountPerQueue(Math.max(1, windowMs * perSecond / 1000)))
                .uid("count-per-queue")
                .returns(Types.STRING)
                .name("count per queue")
                .filter(line -> !line.isEmpty())
                .print();
        env.execute("JavaQueueStream");
    }

    private static Path userFile(String name) throws Exception {
        URL url = JavaQueueStream.class.getClassLoader().getResource("userData/" + name);
        if (url == null) {
            throw new IllegalStateException("The dependency file userData/" + name + " is missing.");
        }
        return Path.of(url.toURI());
    }

    /** Calls a class that is only in one of the dependency jars. */
    private static String fromDependency(String className, String method) throws Exception {
        Class<?> type = Class.forName(className, true, JavaQueueStream.class.getClassLoader());
        return (String) type.getMethod(method).invoke(null);
    }

    private static String valueAfter(String[] args, String name) {
        for (int i = 0; i + 1 < args.length; i++) {
            if (args[i].equals(name)) {
                return args[i + 1];
            }
        }
        throw new IllegalArgumentException("Argument " + name + " <value> is missing.");
    }

    private static String suffixOf(String[] args, String name) {
        for (String arg : args) {
            if (arg.startsWith(name) && arg.length() > name.length()) {
                return arg.substring(name.length());
            }
        }
        throw new IllegalArgumentException("Argument " + name + "<value> is missing.");
    }

    /** Names a queue for every number, at a steady pace. */
    private static final class ToQueue implements MapFunction<Long, String> {
        private final String prefix;
        private final String suffix;
        private final String[] queues;
        private final long pauseMs;

        ToQueue(String prefix, String suffix, String[] queues, long perSecond) {
            this.prefix = prefix;
            this.suffix = suffix;
            this.queues = queues;
            this.pauseMs = 1000 / Math.max(1, perSecond * queues.length);
        }

        @Override
        public String map(Long number) throws InterruptedException {
            Thread.sleep(pauseMs);
            return prefix + queues[(int) (number % queues.length)] + suffix;
        }
    }

    /** Counts per queue in keyed state, and says so once per window. */
    private static final class CountPerQueue extends RichMapFunction<String, String> {
        private final long every;
        private transient ValueState<Long> count;

        CountPerQueue(long every) {
            this.every = every;
        }

        // open() has another signature in each Flink line, so the state is looked up where it is used.
        private ValueState<Long> count() {
            if (count == null) {
                count = getRuntimeContext().getState(new ValueStateDescriptor<>("count", Long.class));
            }
            return count;
        }

        @Override
        public String map(String queue) throws Exception {
            long next = count().value() == null ? 1 : count().value() + 1;
            count().update(next);
            return next % every == 0 ? queue + ": " + next : "";
        }
    }

    private JavaQueueStream() {}
}
