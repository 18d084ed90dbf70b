package headgate.demo;

/** Only in test1.jar: the job cannot run without this dependency. */
public final class QueueNaming {

    public static String prefix() {
        return "queue-";
    }

    private QueueNaming() {}
}
