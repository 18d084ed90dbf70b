package headgate.test;

/** Tries to take the JobManager with it. */
public final class ExitInMain {
    public static void main(String[] args) {
        System.exit(7);
    }
}
