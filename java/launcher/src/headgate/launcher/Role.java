package headgate.launcher;

/** What a JVM is meant for. Both kinds warm up whole clusters; they differ in how often. */
enum Role {
    JOBMANAGER(3),
    TASKMANAGER(3);

    final int rounds;

    Role(int rounds) {
        this.rounds = Integer.getInteger("headgate.rounds", rounds);
    }
}
