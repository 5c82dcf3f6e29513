package dev.turnout.bench.pps;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

/** Binds a thread of this process to a CPU ({@code sched_setaffinity(2)}); the others stay as they are. */
final class CpuAffinity {
    private static final int BYTES = 128;

    private CpuAffinity() {
    }

    /**
     * Binds the thread of that name.
     *
     * @param threadName
     *            at most 15 characters, as the kernel knows it
     * @return whether it was bound
     */
    static boolean bind(String threadName, int cpu) {
        Path tasks = Path.of("/proc/self/task");
        try (Stream<Path> all = Files.list(tasks)) {
            return all.filter(task -> threadName.equals(nameOf(task)))
                    .mapToInt(task -> Integer.parseInt(String.valueOf(task.getFileName())))
                    .anyMatch(tid -> bind(tid, cpu));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String nameOf(Path task) {
        try {
            return Files.readString(task.resolve("comm")).strip();
        } catch (IOException e) {
            return ""; // the thread has just ended
        }
    }

    @SuppressWarnings("restricted") // native access is what this class is for
    private static boolean bind(int tid, int cpu) {
        Linker linker = Linker.nativeLinker();
        MethodHandle call = linker.downcallHandle(linker.defaultLookup().findOrThrow("sched_setaffinity"),
                FunctionDescriptor
                        .of(ValueLayout.JAVA_INT, ValueLayout.JAVA_INT, ValueLayout.JAVA_LONG, ValueLayout.ADDRESS));
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment set = arena.allocate(BYTES, 8);
            set.set(ValueLayout.JAVA_BYTE, cpu / 8, (byte) (1 << cpu % 8));
            return (int) call.invokeExact(tid, (long) BYTES, set) == 0;
        } catch (Throwable e) {
            throw new IllegalStateException("sched_setaffinity", e);
        }
    }
}
