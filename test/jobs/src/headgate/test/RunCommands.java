package headgate.test;

import java.io.File;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;

/**
 * Endless, and does whatever its test says with the rights of the job: shell scripts that appear as {@code <name>.sh} in
 * {@code --commands <folder>} are run by the JobManager's JVM, and what they print appears as {@code <name>.out}. One name
 * means more than its content: {@code leak-threads.sh} starts threads that never end.
 */
public final class RunCommands {
    /** A script that asks for something, such as a password, gets no answer and goes on. */
    private static final File NOTHING = new File("/dev/null");

    public static void main(String[] args) throws Exception {
        Options options = new Options(args);
        Path folder = Path.of(options.text("commands", null));
        Thread thread = new Thread(() -> obey(folder));
        thread.setDaemon(true);
        thread.start();
        StreamExecutionEnvironment env = StreamExecutionEnvironment.getExecutionEnvironment();
        env.fromSequence(1, Long.MAX_VALUE).map(new Slowly(5)).keyBy(value -> 0).process(new Count(options)).print();
        env.execute("run commands");
    }

    private static void obey(Path folder) {
        try {
            while (true) {
                try (DirectoryStream<Path> scripts = Files.newDirectoryStream(folder, "*.sh")) {
                    for (Path script : scripts) {
                        String name = script.getFileName().toString();
                        Path out = folder.resolve(name.substring(0, name.length() - 3) + ".out");
                        if (!Files.exists(out)) {
                            run(name, script, out);
                        }
                    }
                }
                Thread.sleep(20);
            }
        } catch (IOException | InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private static void run(String name, Path script, Path out) throws IOException, InterruptedException {
        if (name.equals("leak-threads.sh")) {
            leakThreads(1000);
        }
        Path temporary = out.resolveSibling(out.getFileName() + ".tmp");
        new ProcessBuilder("/bin/sh", script.toString())
                .redirectInput(NOTHING)
                .redirectErrorStream(true)
                .redirectOutput(temporary.toFile())
                .start()
                .waitFor();
        Files.move(temporary, out, StandardCopyOption.ATOMIC_MOVE);
    }

    private static void leakThreads(int count) {
        for (int i = 0; i < count; i++) {
            new Thread(
                            () -> {
                                while (true) {
                                    try {
                                        Thread.sleep(1000);
                                    } catch (InterruptedException e) {
                                        // A thread that cannot be ended is the point.
                                    }
                                }
                            })
                    .start();
        }
    }
}
