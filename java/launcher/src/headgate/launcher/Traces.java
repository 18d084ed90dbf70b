package headgate.launcher;

import java.lang.reflect.Field;
import java.lang.reflect.Method;
import java.util.Properties;
import java.util.concurrent.atomic.AtomicInteger;
import javax.security.auth.login.Configuration;
import org.apache.flink.api.dag.Transformation;
import org.apache.flink.runtime.security.SecurityUtils;

/** What a warm-up changes in a JVM besides making it fast, and how it is as if it had not been. */
final class Traces {
    private final Properties properties = (Properties) System.getProperties().clone();

    private Traces() {}

    static Traces before() {
        return new Traces();
    }

    void remove() throws ReflectiveOperationException {
        Method uninstall = SecurityUtils.class.getDeclaredMethod("uninstall");
        uninstall.setAccessible(true);
        uninstall.invoke(null);
        Configuration.setConfiguration(null);
        System.getProperties().keySet().retainAll(properties.keySet());
        System.getProperties().putAll(properties);
        Thread.currentThread().setContextClassLoader(ClassLoader.getSystemClassLoader());
        Thread.setDefaultUncaughtExceptionHandler(null);
        nodeIds().set(0);
        System.gc();
    }

    /** Numbers the operators of a program; a person can see them in its plan. */
    private static AtomicInteger nodeIds() throws ReflectiveOperationException {
        Field counter = Transformation.class.getDeclaredField("ID_COUNTER");
        counter.setAccessible(true);
        return (AtomicInteger) counter.get(null);
    }

    /** The rest of being a program that was started by its own name. */
    static void become(Lease lease) {
        System.setProperty("sun.java.command", (lease.mainClass + " " + String.join(" ", lease.args)).trim());
        JobLog.follow();
    }
}
