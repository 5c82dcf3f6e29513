package dev.turnout.upcall;

import dev.turnout.flow.Megaflow;
import org.jspecify.annotations.Nullable;

/** What was read of one megaflow slot at one moment; reused from slot to slot. One thread at a time. */
public final class MegaflowReading {
    /** The megaflow. */
    public long handle = Megaflow.NONE;
    /** What the install gave as its token. */
    public @Nullable Object token;
    /** Packets that hit it. */
    public long packets;
    /** Their bytes. */
    public long bytes;
    /** The forwarding thread's clock at the last hit; 0 for never. */
    public long usedNs;
    /** Union of the packets' TCP flags. */
    public int tcpFlags;
}
