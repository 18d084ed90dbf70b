package headgate.test;

import java.util.ArrayList;
import java.util.List;
import org.apache.flink.core.fs.FSDataInputStream;
import org.apache.flink.core.fs.FSDataOutputStream;
import org.apache.flink.core.fs.FileStatus;
import org.apache.flink.core.fs.FileSystem;
import org.apache.flink.core.fs.Path;

/** Tries to read, to write and to list each of {@code --paths} (parted by {@code |}), tells what came of it, and fails. */
public final class OpenFiles {
    public static void main(String[] args) throws Exception {
        Options options = new Options(args);
        List<String> told = new ArrayList<>();
        for (String path : options.text("paths", "").split("\\|")) {
            told.add("read " + path + ": " + outcomeOf(() -> read(new Path(path))));
            told.add("write " + path + ": " + outcomeOf(() -> write(new Path(path))));
            told.add("list " + path + ": " + outcomeOf(() -> list(new Path(path))));
        }
        options.tell(String.join("\n", told));
        read(new Path(options.text("last", null)));
    }

    private static String read(Path path) throws Exception {
        try (FSDataInputStream in = path.getFileSystem().open(path)) {
            return in.read() + " is the first byte";
        }
    }

    private static String write(Path path) throws Exception {
        try (FSDataOutputStream out = path.getFileSystem().create(path, FileSystem.WriteMode.OVERWRITE)) {
            out.write('x');
            return "written";
        }
    }

    private static String list(Path path) throws Exception {
        List<String> names = new ArrayList<>();
        for (FileStatus status : path.getFileSystem().listStatus(path)) {
            names.add(status.getPath().toString());
        }
        return names.toString();
    }

    private static String outcomeOf(Trial trial) {
        try {
            return trial.run();
        } catch (Exception e) {
            return "refused, " + e.getMessage();
        }
    }

    private interface Trial {
        String run() throws Exception;
    }
}
