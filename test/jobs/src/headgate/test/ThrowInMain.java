package headgate.test;

/** Fails before any Flink job exists. */
public final class ThrowInMain {
    public static void main(String[] args) {
        throw new IllegalStateException("no such table: 订单", new IllegalArgumentException("table 订单 is unknown"));
    }
}
