package headgate.launcher;

/** What a JVM is meant for. Both kinds warm up whole clusters: each needs most of what the other does, if only once. */
enum Role {
    JOBMANAGER(2),
    TASKMANAGER(2);

    /** The first job starts from nothing, those after it from a savepoint. More than two gained nothing that was seen. */
    final int rounds;

    Role(int rounds) {
        this.rounds = rounds;
    }
}
