package headgate.demo;

/** Only in test.jar: the job cannot run without this dependency. */
public final class QueueEnding {

    public static String suffix() {
        return ".fifo";
    }

    private QueueEnding() {}
}
