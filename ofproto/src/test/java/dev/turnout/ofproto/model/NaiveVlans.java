package dev.turnout.ofproto.model;

import dev.turnout.ofproto.PortVlan;

/** What ports' VLAN modes mean for NORMAL, and which addresses it does not forward. */
final class NaiveVlans {
    private NaiveVlans() {
    }

    /** The VLAN of a frame that comes in with this id, or -1 if it may not. */
    static int vlanOf(PortVlan port, int vid) {
        boolean trunked = port.trunks().isEmpty() || port.trunks().contains(vid);
        return switch (port.mode()) {
            case ACCESS -> vid == 0 ? port.tag() : -1;
            case TRUNK -> trunked ? vid : -1;
            case NATIVE_TAGGED, NATIVE_UNTAGGED -> vid == 0 ? port.tag() : trunked || vid == port.tag() ? vid : -1;
        };
    }

    static boolean isMember(PortVlan port, int vlan) {
        boolean trunked = port.trunks().isEmpty() || port.trunks().contains(vlan);
        return switch (port.mode()) {
            case ACCESS -> port.tag() == vlan;
            case TRUNK -> trunked;
            case NATIVE_TAGGED, NATIVE_UNTAGGED -> vlan != 0 && (trunked || port.tag() == vlan);
        };
    }

    static boolean isReserved(long mac) {
        return (mac >= 0x0180c2000000L && mac <= 0x0180c200000fL) || mac == 0x01000cccccccL;
    }
}
