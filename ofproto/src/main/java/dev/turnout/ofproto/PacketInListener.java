package dev.turnout.ofproto;

/** Hears of packets for controllers. Called on the thread that handles the packet: it must be quick and must not throw. */
@FunctionalInterface
public interface PacketInListener {
    void onPacketIn(PacketIn packetIn);
}
