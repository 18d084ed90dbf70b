package headgate.launcher;

import java.io.FileDescriptor;
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.lang.reflect.Constructor;
import java.nio.charset.StandardCharsets;

/**
 * The socket to the service, which every idle JVM has as file descriptor 3. The standard descriptors are those of a cold
 * start: Java would open a closed standard input again for writing only, and the program's reads of it would fail.
 */
final class ServiceLine {
    private static final int DESCRIPTOR = 3;

    private final FileInputStream in;
    private final FileOutputStream out;

    private ServiceLine(FileDescriptor descriptor) {
        this.in = new FileInputStream(descriptor);
        this.out = new FileOutputStream(descriptor);
    }

    /** By reflection, as Java has no public way; Flink wants java.io opened anyway. */
    static ServiceLine open() throws ReflectiveOperationException {
        Constructor<FileDescriptor> ofNumber = FileDescriptor.class.getDeclaredConstructor(int.class);
        ofNumber.setAccessible(true);
        return new ServiceLine(ofNumber.newInstance(DESCRIPTOR));
    }

    void say(String words) throws IOException {
        out.write((words.replaceAll("\\R", " ") + "\n").getBytes(StandardCharsets.UTF_8));
    }

    /** Waits as long as the service lives. @throws IOException when it ends */
    Lease awaitLease() throws IOException {
        return Lease.read(in);
    }

    void close() throws IOException {
        in.close();
    }
}
