package headgate.test;

/** Returns without starting a Flink job. */
public final class NoExecute {
    public static void main(String[] args) {
        System.out.println("nothing to do");
    }
}
