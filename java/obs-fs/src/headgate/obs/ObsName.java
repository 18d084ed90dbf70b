package headgate.obs;

import java.net.URI;
import java.net.URISyntaxException;
import org.apache.flink.core.fs.Path;

/**
 * The name of an object or of a folder of objects; the key is empty for the whole bucket. Nothing in it is
 * percent-encoded, as in Flink's paths.
 *
 * <p>Besides {@code obs://bucket/key} there is {@code obs:/bucket/key}. Flink hands paths from process to process by the
 * host of their URL (Path.serializeToDataOutputView), and not every bucket can be a host to Java: {@code my_bucket} and
 * {@code 2024} would get lost on the way. Files of such buckets are listed under the second form.
 */
final class ObsName {
    final String bucket;
    final String key;

    private ObsName(String bucket, String key) {
        this.bucket = bucket;
        this.key = key;
    }

    static ObsName of(Path path) {
        String authority = path.toUri().getAuthority();
        String inside = path.getPath().replaceAll("^/+|/+$", "");
        if (authority != null) {
            return new ObsName(authority, inside);
        }
        String[] parts = inside.split("/", 2);
        return new ObsName(parts[0], parts.length == 1 ? "" : parts[1]);
    }

    boolean isBucket() {
        return key.isEmpty();
    }

    ObsName child(String name) {
        return new ObsName(bucket, isBucket() ? name : key + "/" + name);
    }

    /** By parts: from a text, Flink's Path would cut off blanks at the end and take {@code /c:} for a Windows drive. */
    Path toPath() {
        try {
            URI uri = new URI("obs", bucket, "/" + key, null, null);
            return new Path(uri.getHost() == null ? new URI("obs", null, "/" + bucket + "/" + key, null, null) : uri);
        } catch (URISyntaxException e) {
            throw new IllegalArgumentException(this + " cannot be written as a URL", e);
        }
    }

    @Override
    public String toString() {
        return "obs://" + bucket + "/" + key;
    }
}
