package dev.turnout.ofproto;

/** Addresses of link protocols (STP, pause frames, LACP, LLDP, Cisco's and Extreme's), which a bridge must not forward. */
final class ReservedMulticast {
    private ReservedMulticast() {
    }

    static boolean contains(long mac) {
        return mac >>> 4 == 0x0180c200000L || mac == 0x00e02b000000L || mac == 0x00e02b000004L || mac == 0x00e02b000006L
                || mac == 0x01000c000000L || mac == 0x01000ccccccdL || mac == 0x01000ccdcdcdL || mac == 0x01000cccccccL
                || mac >>> 3 == 0x01000cccccc0L >>> 3;
    }
}
