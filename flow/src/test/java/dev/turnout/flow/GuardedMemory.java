package dev.turnout.flow;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;

/** Memory that ends at a page which cannot be read: whoever reads beyond it crashes the test's process. */
final class GuardedMemory implements AutoCloseable {
    private static final long SIZE = 1 << 17;
    private static final long PAGES = 1 << 16;
    private static final int PROT_NONE = 0;
    private static final int PROT_READ_WRITE = 3;
    private static final int MAP_PRIVATE_ANONYMOUS = 0x22;
    private static final MethodHandle MMAP = function("mmap",
            FunctionDescriptor.of(ValueLayout.JAVA_LONG, ValueLayout.JAVA_LONG,
                    ValueLayout.JAVA_LONG, ValueLayout.JAVA_INT, ValueLayout.JAVA_INT, ValueLayout.JAVA_INT,
                    ValueLayout.JAVA_LONG));
    private static final MethodHandle MPROTECT = function("mprotect",
            FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.JAVA_LONG, ValueLayout.JAVA_LONG,
                    ValueLayout.JAVA_INT));
    private static final MethodHandle MUNMAP = function("munmap",
            FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.JAVA_LONG, ValueLayout.JAVA_LONG));

    private final long base;

    GuardedMemory() {
        base = call(MMAP, 0L, SIZE + PAGES, PROT_READ_WRITE, MAP_PRIVATE_ANONYMOUS, -1, 0L);
        if (base <= 0 || call(MPROTECT, base + SIZE, PAGES, PROT_NONE) != 0) {
            throw new IllegalStateException("mmap with a guard page failed");
        }
    }

    /** First address that cannot be read. */
    long end() {
        return base + SIZE;
    }

    @Override
    public void close() {
        call(MUNMAP, base, SIZE + PAGES);
    }

    @SuppressWarnings("restricted")
    private static MethodHandle function(String name, FunctionDescriptor descriptor) {
        Linker linker = Linker.nativeLinker();
        return linker.downcallHandle(linker.defaultLookup().findOrThrow(name), descriptor);
    }

    private static long call(MethodHandle function, Object... arguments) {
        try {
            return ((Number) function.invokeWithArguments(arguments)).longValue();
        } catch (Throwable e) {
            throw new IllegalStateException(e);
        }
    }
}
