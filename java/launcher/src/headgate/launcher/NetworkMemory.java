package headgate.launcher;

import java.lang.reflect.Field;
import java.lang.reflect.Method;
import java.nio.ByteBuffer;

/**
 * A TaskManager begins by making its network buffers, and most of that time (some 100 ms) is the kernel's, which gives it
 * the pages. Here they are taken before there is a job: what is freed the allocator keeps, for the thread that took it.
 * That is the main thread, which makes the buffers later.
 */
final class NetworkMemory {
    /** Flink's default (taskmanager.memory.segment-size). */
    private static final int BUFFER_BYTES = 32 * 1024;

    /** The last buffer taken stays: without anything above it all that is below would go back to the kernel. */
    private static ByteBuffer last;

    private NetworkMemory() {}

    static void take(long bytes) throws ReflectiveOperationException {
        Class<?> type = Class.forName("sun.misc.Unsafe");
        Field theUnsafe = type.getDeclaredField("theUnsafe");
        theUnsafe.setAccessible(true);
        Object unsafe = theUnsafe.get(null);
        Method invokeCleaner = type.getMethod("invokeCleaner", ByteBuffer.class);
        ByteBuffer[] buffers = new ByteBuffer[Math.toIntExact(bytes / BUFFER_BYTES)];
        for (int i = 0; i < buffers.length; i++) {
            buffers[i] = ByteBuffer.allocateDirect(BUFFER_BYTES);
        }
        for (int i = 0; i < buffers.length - 1; i++) {
            invokeCleaner.invoke(unsafe, buffers[i]);
        }
        last = buffers.length == 0 ? null : buffers[buffers.length - 1];
    }
}
