package headgate.launcher;

import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;

/**
 * The main class of a warm JVM. It runs Flink once (WarmUp), so that classes are loaded and code is compiled, removes every
 * trace of that (Traces), and waits. When the service says what to run it becomes that program, on the main thread, with
 * the properties, environment and folders that the JVM was born with. It runs one program, once.
 *
 * <p>The first argument says what it is meant for, to who reads {@code ps}: each kind of JVM warms up a whole cluster, as
 * it needs most of what the other does, if only once. The second is how many bytes of network buffers it will make.
 *
 * <p>Without a service there is nothing to wait for: an idle JVM never outlives it.
 */
public final class WarmStart {
    /** NEVER_LEASED of src/runtimes/local-process/warm/message.ts. */
    private static final int NEVER_LEASED = 86;

    private WarmStart() {}

    public static void main(String[] args) throws Throwable {
        ServiceLine service = ServiceLine.open();
        warmUp(service, Long.parseLong(args[1]));
        Lease lease = awaitLease(service);
        run(lease);
    }

    private static void warmUp(ServiceLine service, long networkBytes) {
        long startedAt = System.nanoTime();
        try {
            Traces traces = Traces.before();
            traces.remove(WarmUp.run());
            NetworkMemory.take(networkBytes);
            service.say("ready " + (System.nanoTime() - startedAt) / 1_000_000);
        } catch (Throwable e) {
            giveUp(service, e);
        }
    }

    private static Lease awaitLease(ServiceLine service) {
        try {
            Lease lease = service.awaitLease();
            service.say("taken");
            service.close();
            return lease;
        } catch (IOException e) {
            throw end();
        }
    }

    private static void run(Lease lease) throws Throwable {
        Traces.become(lease);
        Method main = Class.forName(lease.mainClass).getMethod("main", String[].class);
        try {
            main.invoke(null, (Object) lease.args);
        } catch (InvocationTargetException e) {
            throw e.getCause();
        }
    }

    private static void giveUp(ServiceLine service, Throwable reason) {
        try {
            service.say("failed " + reason);
        } catch (IOException e) {
            // Nobody is there to hear it.
        }
        throw end();
    }

    /** At once and without a word: what hooks and handlers would do or print is the job's, and there is no job. */
    private static Error end() {
        Runtime.getRuntime().halt(NEVER_LEASED);
        return new AssertionError();
    }
}
