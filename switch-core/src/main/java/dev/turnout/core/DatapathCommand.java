package dev.turnout.core;

import dev.turnout.flow.DatapathActions;
import dev.turnout.flow.FlowKey;
import dev.turnout.flow.FlowMask;

/**
 * What other threads ask of a forwarding thread. A command that carries packets hands them over when
 * {@link ForwardingThread#submit} returns true; when it returns false they still belong to the submitter.
 *
 * <p>{@link Install}, {@link Modify} and {@link Delete} are each answered by exactly one {@link Ack}.
 */
public sealed interface DatapathCommand
        permits DatapathCommand.Install, DatapathCommand.Modify, DatapathCommand.Delete, DatapathCommand.Execute,
        DatapathCommand.ExecuteFrame, OwnerTask {
    /**
     * Installs a megaflow, then executes its actions on the packets that wait for it, in order. The packets are executed
     * also where the megaflow could not be installed, unless the datapath cannot execute the actions; then they are dropped. They are not counted in the megaflow's counters: whoever had them
     * translated credits them. The mask covers the whole of in_port and recirc_id.
     *
     * @param token
     *            comes back in the acknowledgement, and from {@link MegaflowTable.Reading#token}
     * @param operation
     *            comes back in the acknowledgement
     * @param maskedKey
     *            the key; bits outside the mask are zero
     * @param mask
     *            the bits that matter; no words of the slow path
     * @param actions
     *            what to do
     * @param packets
     *            packets that wait; taken after the megaflow was installed
     */
    @SuppressWarnings("ArrayRecordComponent") // a command is never compared
    record Install(Object token, int operation, FlowKey maskedKey, FlowMask mask, DatapathActions actions,
            WaitingPackets packets) implements DatapathCommand {
        public Install(Object token, int operation, FlowKey maskedKey, FlowMask mask, DatapathActions actions,
                long[] packets) {
            this(token, operation, maskedKey, mask, actions, WaitingPackets.of(packets));
        }
    }

    /** Replaces a megaflow's actions. */
    record Modify(Object token, int operation, long handle, DatapathActions actions) implements DatapathCommand {
    }

    /** Removes a megaflow. */
    record Delete(Object token, int operation, long handle) implements DatapathCommand {
    }

    /** Executes actions on packets, in order, whose ingress port and further metadata are set. Not acknowledged. */
    record Execute(DatapathActions actions, WaitingPackets packets) implements DatapathCommand {
        public Execute(DatapathActions actions, long packet) {
            this(actions, WaitingPackets.of(packet));
        }
    }

    /** Executes actions on a frame that is not in a packet buffer yet, as a packet-out. Not acknowledged. */
    @SuppressWarnings("ArrayRecordComponent") // a command is never compared
    record ExecuteFrame(DatapathActions actions, byte[] frame, int inPort) implements DatapathCommand {
    }
}
