package dev.turnout.flow;

/**
 * Handles of megaflows. A forwarding thread keeps its megaflows in numbered slots; a handle is (index, generation), packed into a long, and every
 * stored reference is a handle: a hit compares the generation, so that a recycled slot is never taken for its former flow. Generations count from 1
 * and grow whenever a slot is freed; handle 0 refers to nothing.
 */
public final class Megaflow {
    /** Refers to no megaflow. */
    public static final long NONE = 0;

    private Megaflow() {
    }

    public static long handle(int index, int generation) {
        return ((long) generation << 32) | (index & 0xffff_ffffL);
    }

    public static int index(long handle) {
        return (int) handle;
    }

    public static int generation(long handle) {
        return (int) (handle >>> 32);
    }
}
