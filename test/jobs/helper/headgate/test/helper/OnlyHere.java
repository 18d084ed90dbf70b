package headgate.test.helper;

/** In a jar of its own, as a user's further jar is. */
public final class OnlyHere {
    private OnlyHere() {}

    public static String greeting() {
        return "greetings from the further jar";
    }
}
