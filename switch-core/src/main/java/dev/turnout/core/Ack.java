package dev.turnout.core;

/**
 * A forwarding thread's answer to a command about a megaflow. The counters are those at the moment of the switch: what
 * came before belongs to the old actions, everything later to the new ones.
 *
 * @param token
 *            the command's token: whose megaflow it is
 * @param operation
 *            the command's operation number
 * @param kind
 *            which command
 * @param status
 *            how it went
 * @param handle
 *            the megaflow; {@link dev.turnout.flow.Megaflow#NONE} if there is none
 * @param packets
 *            packets that hit the megaflow so far
 * @param bytes
 *            their bytes
 * @param usedNs
 *            the clock when it was last hit, 0 for never
 * @param tcpFlags
 *            union of the TCP flags of these packets
 */
public record Ack(Object token, int operation, Kind kind, Status status, long handle, long packets, long bytes,
        long usedNs, int tcpFlags) {
    /** The command that is answered. */
    public enum Kind {
        INSTALLED, MODIFIED, DELETED
    }

    /** How a command went. */
    public enum Status {
        /** Done. */
        OK,
        /** A megaflow with the same mask and masked key is installed already. */
        EXISTS,
        /** All slots of the thread are taken. */
        FULL,
        /** The ingress port is not, or no longer, one of the datapath. */
        NO_PORT,
        /** The handle refers to no installed megaflow. */
        NO_MEGAFLOW,
        /** The actions, or the mask, cannot be executed by the datapath. */
        UNSUPPORTED,
        /** The forwarding thread ended before it came to the command. */
        THREAD_ENDED
    }
}
