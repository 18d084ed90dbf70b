package headgate.obs;

import java.io.File;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.flink.core.fs.FSDataInputStream;
import org.apache.flink.core.fs.FSDataOutputStream;
import org.apache.flink.core.fs.FileStatus;
import org.apache.flink.core.fs.Path;
import org.apache.flink.core.fs.local.LocalFileStatus;
import org.apache.flink.core.fs.local.LocalFileSystem;

/**
 * {@code obs://bucket/key} over the folder that holds the project's objects: Flink's own local file system under other
 * names. All of that one, its recoverable writer too, finds files by {@link #pathToFile}, and answers with names in a few
 * places only; both are replaced here. Extending it also fits every Flink line, whose abstract methods differ.
 *
 * <p>Writing makes what is missing on the way, the bucket too.
 */
final class ObsFileSystem extends LocalFileSystem {
    private final ObjectFolder objects;
    private final URI root;

    ObsFileSystem(ObjectFolder objects, URI uri) {
        this.objects = objects;
        this.root = uri.resolve("/");
    }

    @Override
    public File pathToFile(Path path) {
        return objects.fileOf(nameOf(path));
    }

    @Override
    public URI getUri() {
        return root;
    }

    @Override
    public Path getWorkingDirectory() {
        return new Path(root);
    }

    @Override
    public Path getHomeDirectory() {
        return new Path(root);
    }

    @Override
    public FileStatus getFileStatus(Path path) throws IOException {
        super.getFileStatus(path);
        return new Status(pathToFile(path), nameOf(path));
    }

    /** A missing folder is an error, as in object stores; the local file system would answer null. */
    @Override
    public FileStatus[] listStatus(Path path) throws IOException {
        FileStatus status = getFileStatus(path);
        if (!status.isDir()) {
            return new FileStatus[] {status};
        }
        File[] files = pathToFile(path).listFiles(ObjectFolder::isVisible);
        if (files == null) {
            throw new IOException(path + " cannot be listed: it is gone, or belongs to another user of this machine.");
        }
        ObsName folder = nameOf(path);
        return Stream.of(files).map(file -> new Status(file, folder.child(file.getName()))).toArray(FileStatus[]::new);
    }

    /** Asks first, for errors that name the object and not the file. */
    @Override
    public FSDataInputStream open(Path path) throws IOException {
        if (getFileStatus(path).isDir()) {
            throw isFolder(path);
        }
        return super.open(path);
    }

    @Override
    public FSDataOutputStream create(Path path, WriteMode mode) throws IOException {
        if (pathToFile(path).isDirectory()) {
            throw isFolder(path);
        }
        return super.create(path, mode);
    }

    /** The local file system would follow links out of the tree. */
    @Override
    public boolean delete(Path path, boolean recursive) throws IOException {
        if (nameOf(path).isBucket()) {
            throw new IOException(path + " is a whole bucket, which a job cannot delete. Delete its objects.");
        }
        File file = pathToFile(path);
        if (!recursive || !file.isDirectory()) {
            return super.delete(path, recursive);
        }
        try (Stream<java.nio.file.Path> tree = Files.walk(file.toPath())) {
            List<java.nio.file.Path> leavesFirst = tree.sorted(Comparator.reverseOrder()).collect(Collectors.toList());
            for (java.nio.file.Path each : leavesFirst) {
                Files.deleteIfExists(each);
            }
        }
        return true;
    }

    /** A path without a scheme is meant inside of this bucket. */
    private ObsName nameOf(Path path) {
        return path.toUri().getScheme() == null ? ObsName.of(path.makeQualified(this)) : ObsName.of(path);
    }

    private static IOException isFolder(Path path) {
        return new IOException(path + " is a folder. Name an object in it: " + path + "/name");
    }

    /** As that of a local file, under the name of the object. */
    private final class Status extends LocalFileStatus {
        private final Path path;

        Status(File file, ObsName name) {
            super(file, ObsFileSystem.this);
            this.path = name.toPath();
        }

        @Override
        public Path getPath() {
            return path;
        }
    }
}
