package dev.turnout.upcall;

import dev.turnout.core.DatapathCommand;

/**
 * One forwarding thread, as the slow path uses it: commands go in, megaflows are read. {@link ForwardingThreadFastPath} is the real one.
 *
 * <p>Thread rules: any thread may call any method.
 */
public interface FastPath {
    /** The forwarding thread's number. */
    int id();

    /** Hands a command over; false if the queue is full or the thread has ended. */
    boolean submit(DatapathCommand command);

    /** Megaflow slots to look at are {@code [0, slotLimit())}. */
    int slotLimit();

    /** Reads one megaflow slot; false if there is nothing to read. */
    boolean read(int slot, MegaflowReading into);
}
