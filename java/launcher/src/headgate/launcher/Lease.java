package headgate.launcher;

import java.io.ByteArrayInputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** What a JVM is to run; src/runtimes/local-process/warm/message.ts writes it and says how. */
final class Lease {
    private static final int SIZE_MAX = 16 * 1024 * 1024;

    final String mainClass;
    final String[] args;

    private Lease(String mainClass, String[] args) {
        this.mainClass = mainClass;
        this.args = args;
    }

    /** Waits for it. @throws IOException when it does not come whole */
    static Lease read(InputStream in) throws IOException {
        DataInputStream message = new DataInputStream(new ByteArrayInputStream(readBytes(new DataInputStream(in))));
        String mainClass = text(readBytes(message));
        List<String> args = new ArrayList<>();
        while (message.available() > 0) {
            args.add(text(readBytes(message)));
        }
        return new Lease(mainClass, args.toArray(new String[0]));
    }

    private static byte[] readBytes(DataInputStream in) throws IOException {
        int size = in.readInt();
        if (size < 0 || size > SIZE_MAX) {
            throw new IOException("a length of " + size);
        }
        byte[] bytes = in.readNBytes(size);
        if (bytes.length < size) {
            throw new EOFException();
        }
        return bytes;
    }

    private static String text(byte[] bytes) {
        return new String(bytes, StandardCharsets.UTF_8);
    }
}
