package dev.turnout.core.memory;

import java.lang.foreign.Arena;
import java.util.List;

import dev.turnout.packet.Memory;

/**
 * Frames back to back in off-heap memory, for replay: reading one is a copy from there. Immutable after construction.
 */
final class FrameImage implements AutoCloseable {
    /** Bytes that {@link Memory#copySmall} may read past a frame. */
    private static final int SLACK = 8;

    private final Arena arena = Arena.ofShared();
    private final long base;
    /** Where the frames start, from {@link #base}; one more than there are frames. */
    private final int[] offsets;

    FrameImage(List<byte[]> frames) {
        offsets = new int[frames.size() + 1];
        long size = 0;
        for (int i = 0; i < frames.size(); i++) {
            offsets[i] = (int) size;
            size += frames.get(i).length;
            if (size > Integer.MAX_VALUE - SLACK) {
                throw new IllegalArgumentException("more than 2 GB of frames");
            }
        }
        offsets[frames.size()] = (int) size;
        base = arena.allocate(size + SLACK, 64).address();
        for (int i = 0; i < frames.size(); i++) {
            Memory.copyIn(frames.get(i), 0, base + offsets[i], frames.get(i).length);
        }
    }

    int count() {
        return offsets.length - 1;
    }

    long address(int frame) {
        return base + offsets[frame];
    }

    int length(int frame) {
        return offsets[frame + 1] - offsets[frame];
    }

    @Override
    public void close() {
        arena.close();
    }
}
