package dev.turnout.upcall;

import dev.turnout.flow.FlowKey;

/** What a handler thread is to do. It never touches a packet buffer: what it needs of a packet was copied. */
sealed interface Upcall {
    /** A flow that no megaflow matches. */
    record Miss(FlowWait flow) implements Upcall {
    }

    /** A packet for the controllers. */
    @SuppressWarnings("ArrayRecordComponent") // a frame's bytes are passed on, never compared
    record PacketIn(int stateId, byte[] frame, FlowKey key) implements Upcall {
    }
}
