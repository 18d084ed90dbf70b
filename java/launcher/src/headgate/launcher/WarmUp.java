package headgate.launcher;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.Paths;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Runs small jobs on clusters of their own, one after the other, through all that a job of a user goes through up to its end:
 * start, checkpoints, savepoint, cancel, and a start from the savepoint.
 */
final class WarmUp {
    /** The first job starts from nothing, the next from a savepoint. More gained nothing that could be seen. */
    private static final int ROUNDS = 2;

    private WarmUp() {}

    /** Answers the folder it worked in, which is gone. */
    static String run() throws Exception {
        Path folder = Files.createTempDirectory(Paths.get(System.getProperty("java.io.tmpdir")), "headgate-warm-up");
        try {
            JobLog.keepAway(folder);
            String savepoint = null;
            for (int round = 0; round < ROUNDS; round++) {
                savepoint = runJob(folder.resolve("round-" + round), savepoint);
            }
        } finally {
            remove(folder);
        }
        return folder.toString();
    }

    /** Answers where its savepoint lies. */
    private static String runJob(Path folder, String restoreFrom) throws Exception {
        try (WarmUpCluster cluster = WarmUpCluster.start(folder, restoreFrom)) {
            return new WarmUpClient(cluster.restPort(), WarmUpCluster.JOB_ID).followJob(folder);
        }
    }

    private static void remove(Path folder) throws IOException {
        try (Stream<Path> tree = Files.walk(folder)) {
            List<Path> leavesFirst = tree.sorted(Comparator.reverseOrder()).collect(Collectors.toList());
            for (Path each : leavesFirst) {
                Files.deleteIfExists(each);
            }
        }
    }
}
