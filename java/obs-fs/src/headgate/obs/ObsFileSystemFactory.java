package headgate.obs;

import java.io.IOException;
import java.net.URI;
import org.apache.flink.configuration.ConfigOption;
import org.apache.flink.configuration.ConfigOptions;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.core.fs.FileSystem;
import org.apache.flink.core.fs.FileSystemFactory;

/** Gives Flink, and the programs that run on it, {@code obs://} (Flink docs, "File Systems", plugins). */
public final class ObsFileSystemFactory implements FileSystemFactory {
    /** Folder that holds the buckets of the job's project; the service writes it into the configuration of every run. */
    private static final ConfigOption<String> ROOT =
            ConfigOptions.key("headgate.obs.root").stringType().noDefaultValue();

    private String root;

    @Override
    public String getScheme() {
        return "obs";
    }

    @Override
    public void configure(Configuration configuration) {
        root = configuration.get(ROOT);
    }

    @Override
    public FileSystem create(URI uri) throws IOException {
        if (root == null) {
            throw new IOException("obs:// has no folder here: " + ROOT.key() + " is not set. Run the job by Headgate.");
        }
        return new ObsFileSystem(new ObjectFolder(root), uri);
    }
}
