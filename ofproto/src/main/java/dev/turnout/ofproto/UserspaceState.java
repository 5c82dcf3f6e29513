package dev.turnout.ofproto;

/** What becomes of a packet that the datapath hands to the slow path for itself: what {@code DpAction.Userspace} has the id of. */
sealed interface UserspaceState permits PacketInState, SampleState {
}
