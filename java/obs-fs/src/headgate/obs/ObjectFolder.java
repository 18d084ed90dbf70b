package headgate.obs;

import java.io.File;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.regex.Pattern;

/**
 * Where objects lie: {@code <root>/<bucket>/<key>}, with the rules for names of src/storage/object-names.ts. Symbolic
 * links are no objects and are not followed, wherever they lead. That is for clear answers: what a job may reach on the
 * machine is decided by the user id it runs under, not here.
 */
final class ObjectFolder {
    private static final Pattern BUCKET = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,62}");
    private static final Pattern NOT_IN_A_KEY = Pattern.compile("[\\\\\\p{Cc}\\p{Cs}]");
    private static final int KEY_BYTES_MAX = 1024;
    private static final int SEGMENT_BYTES_MAX = 255;

    private final File root;

    ObjectFolder(String root) {
        this.root = new File(root);
    }

    /** @throws IllegalArgumentException when nothing of the project can have this name */
    File fileOf(ObsName name) {
        if (!BUCKET.matcher(name.bucket).matches()) {
            throw refused(name, "a bucket has 1 to 63 letters, digits, '.', '_' or '-' and begins with a letter or digit");
        }
        if (sizeOf(name.key) > KEY_BYTES_MAX) {
            throw refused(name, "a key has at most " + KEY_BYTES_MAX + " bytes");
        }
        File file = child(root, name.bucket, name);
        for (String segment : name.isBucket() ? new String[0] : name.key.split("/", -1)) {
            if (!isSegment(segment)) {
                throw refused(name, "'" + segment + "' cannot be a part of a key");
            }
            file = child(file, segment, name);
        }
        return file;
    }

    /** True for what is an object or a folder of objects, as far as its name and kind tell. */
    static boolean isVisible(File file) {
        return isSegment(file.getName()) && !Files.isSymbolicLink(file.toPath());
    }

    private static File child(File folder, String segment, ObsName name) {
        File file = new File(folder, segment);
        if (Files.isSymbolicLink(file.toPath())) {
            throw refused(name, "'" + segment + "' is a symbolic link, and links are no objects");
        }
        return file;
    }

    private static boolean isSegment(String segment) {
        return !segment.isEmpty()
                && !segment.equals(".")
                && !segment.equals("..")
                && !NOT_IN_A_KEY.matcher(segment).find()
                && sizeOf(segment) <= SEGMENT_BYTES_MAX;
    }

    private static int sizeOf(String text) {
        return text.getBytes(StandardCharsets.UTF_8).length;
    }

    private static IllegalArgumentException refused(ObsName name, String why) {
        return new IllegalArgumentException(
                name + " names no object: " + why + ". Write obs://bucket/key, with a bucket of the job's own project.");
    }
}
