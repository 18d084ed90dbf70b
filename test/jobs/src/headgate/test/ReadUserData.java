package headgate.test;

import java.net.URL;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.apache.flink.api.common.functions.MapFunction;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;

/**
 * Reads {@code userData/<--file>} the way the service's users do (a path from the class loader), and loads a class that
 * is only in a further jar: both in main and in a task.
 */
public final class ReadUserData {
    public static void main(String[] args) throws Exception {
        Options options = new Options(args);
        String file = options.text("file", "test.csv");
        String seen = read(file) + " " + greeting();
        options.tell(seen);
        StreamExecutionEnvironment env = StreamExecutionEnvironment.getExecutionEnvironment();
        env.fromSequence(1, 10).map(new Reader(file)).print();
        env.execute("read user data");
    }

    private static String read(String file) throws Exception {
        URL url = ReadUserData.class.getClassLoader().getResource("userData/" + file);
        if (url == null) {
            throw new IllegalStateException("userData/" + file + " is not on the class path");
        }
        return new String(Files.readAllBytes(Path.of(url.toURI())), StandardCharsets.UTF_8).trim();
    }

    private static String greeting() throws Exception {
        Class<?> helper = Class.forName("headgate.test.helper.OnlyHere", true, ReadUserData.class.getClassLoader());
        return (String) helper.getMethod("greeting").invoke(null);
    }

    private static final class Reader implements MapFunction<Long, String> {
        private static final long serialVersionUID = 1L;
        private final String file;

        Reader(String file) {
            this.file = file;
        }

        @Override
        public String map(Long value) throws Exception {
            return value + read(file) + greeting();
        }
    }
}
