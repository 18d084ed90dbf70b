package headgate.launcher;

import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ServiceLoader;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.core.classloading.SubmoduleClassLoader;
import org.apache.flink.runtime.rpc.RpcSystem;
import org.apache.flink.runtime.rpc.RpcSystemLoader;
import org.apache.flink.runtime.rpc.exceptions.RpcLoaderException;

/**
 * Flink's RPC system out of the jar that lies unpacked beside ours. Flink's own loader (PekkoRpcSystemLoader) unpacks its 24
 * MB anew for every process, and makes new classes of them each time it is asked: nothing that a warm-up has compiled would
 * serve the job. Flink asks the loaders in the order of their priorities, and goes on to its own when this one fails.
 */
public final class UnpackedRpcSystemLoader implements RpcSystemLoader {
    private static final String JAR = "flink-rpc.jar";

    private static ClassLoader loader;

    /** Flink's own is 0; the smallest is asked first. */
    @Override
    public int getLoadPriority() {
        return -10;
    }

    @Override
    public RpcSystem loadRpcSystem(Configuration configuration) {
        try {
            return ServiceLoader.load(RpcSystem.class, sharedLoader()).iterator().next();
        } catch (Exception e) {
            throw new RpcLoaderException("The RPC system beside the launcher cannot be used", e);
        }
    }

    private static synchronized ClassLoader sharedLoader() throws Exception {
        if (loader == null) {
            Path jar = OwnJar.path().resolveSibling(JAR);
            if (!Files.isReadable(jar)) {
                throw new IllegalStateException(jar + " is not there");
            }
            loader = new SubmoduleClassLoader(new URL[] {jar.toUri().toURL()}, RpcSystem.class.getClassLoader());
        }
        return loader;
    }
}
