package headgate.launcher;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Asks a cluster what the service asks of a job (src/runtimes/cluster). Over a plain socket, as Java's own clients keep
 * connections and threads.
 */
final class WarmUpClient {
    private static final long PATIENCE_NANOS = 60_000_000_000L;
    private static final long LOOK_MS = 20;
    private static final Pattern LOCATION = Pattern.compile("\"location\":\"([^\"]+)\"");
    private static final Pattern TRIGGER = Pattern.compile("\"request-id\":\"([0-9a-f]+)\"");

    private final int port;
    private final String job;
    private final long deadline = System.nanoTime() + PATIENCE_NANOS;

    WarmUpClient(int port, String jobId) {
        this.port = port;
        this.job = "/jobs/" + jobId;
    }

    /** From its start to its end. Answers where its savepoint lies. */
    String followJob(Path folder) throws Exception {
        until("/jobs/overview", answer -> answer.contains("\"state\":\"RUNNING\"") && answer.contains("\"running\":2"));
        until(job + "/checkpoints", answer -> answer.contains("\"external_path\""));
        for (String path : new String[] {"/overview", job, job + "/metrics?get=numRestarts", job + "/exceptions"}) {
            ask("GET", path, "");
        }
        String savepoint = savepoint(folder);
        ask("PATCH", job + "?mode=cancel", "");
        until("/jobs/overview", answer -> answer.contains("\"state\":\"CANCELED\""));
        // Flink from 2.2 on says more about a program than its job; a cluster closed before fails at that.
        until("/applications/overview", answer -> answer.contains(" 404 ") || answer.contains("\"CANCELED\""));
        return savepoint;
    }

    private String savepoint(Path folder) throws Exception {
        String body = "{\"target-directory\":" + WarmUpCluster.quoted(WarmUpCluster.url(folder)) + ",\"cancel-job\":false}";
        String trigger = first(TRIGGER, ask("POST", job + "/savepoints", body));
        return first(LOCATION, until(job + "/savepoints/" + trigger, answer -> answer.contains("\"COMPLETED\"")));
    }

    private String until(String path, java.util.function.Predicate<String> holds) throws Exception {
        for (; ; ) {
            String answer = ask("GET", path, "");
            if (holds.test(answer)) {
                return answer;
            }
            if (System.nanoTime() > deadline) {
                throw new IOException("the warm-up got no further than " + path + ": " + answer);
            }
            Thread.sleep(LOOK_MS);
        }
    }

    private String ask(String method, String path, String body) throws IOException {
        byte[] content = body.getBytes(StandardCharsets.UTF_8);
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            OutputStream out = socket.getOutputStream();
            String head = method + " " + path + " HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n"
                    + "Content-Type: application/json\r\nContent-Length: " + content.length + "\r\n\r\n";
            out.write(head.getBytes(StandardCharsets.UTF_8));
            out.write(content);
            InputStream in = socket.getInputStream();
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    private static String first(Pattern pattern, String text) throws IOException {
        Matcher matcher = pattern.matcher(text);
        if (!matcher.find()) {
            throw new IOException("the warm-up did not find " + pattern + " in " + text);
        }
        return matcher.group(1);
    }
}
