package dev.turnout.core.io;

import dev.turnout.packet.Memory;
import dev.turnout.packet.Packet;

/**
 * Puts back the outer VLAN tag that the kernel takes out of received frames and reports beside them: in a PACKET_AUXDATA control message, or in
 * the header of a ring frame.
 *
 * <p>Thread rules: none; stateless.
 */
public final class AuxData {
    private static final int TPID_8021Q = 0x8100;
    /** Both Ethernet addresses: what stands before a tag. */
    private static final int ADDRESSES = 12;
    private static final int TAG = 4;
    private static final int STATUS = 0;
    private static final int VLAN_TCI = 16;
    private static final int VLAN_TPID = 18;
    private static final int AUXDATA_SIZE = 20;

    private AuxData() {
    }

    /** Looks for PACKET_AUXDATA in control messages and restores the tag that it reports. */
    public static void restoreVlan(long packet, long control, int controlLength) {
        int offset = 0;
        while (offset + Linux.CMSGHDR_SIZE <= controlLength) {
            long message = control + offset;
            long length = Memory.getLongNative(message);
            if (length < Linux.CMSGHDR_SIZE) {
                return;
            }
            if (Memory.getIntNative(message + Linux.CMSGHDR_LEVEL) == Linux.SOL_PACKET
                    && Memory.getIntNative(message + Linux.CMSGHDR_TYPE) == Linux.PACKET_AUXDATA
                    && length >= Linux.CMSGHDR_SIZE + AUXDATA_SIZE) {
                long data = message + Linux.CMSGHDR_SIZE;
                restoreVlan(packet, Memory.getIntNative(data + STATUS), Memory.getShortNative(data + VLAN_TCI),
                        Memory.getShortNative(data + VLAN_TPID));
                return;
            }
            offset += (int) (length + 7 & ~7L);
        }
    }

    /**
     * Restores the tag that a status word with TP_STATUS_VLAN_VALID announces.
     *
     * @param tci the tag control information
     * @param tpid the tag's protocol, where TP_STATUS_VLAN_TPID_VALID says that it is one
     */
    public static void restoreVlan(long packet, int status, int tci, int tpid) {
        if ((status & Linux.TP_STATUS_VLAN_VALID) == 0 || Packet.length(packet) < ADDRESSES
                || !Packet.pushFront(packet, TAG)) {
            return;
        }
        long data = Packet.data(packet);
        Memory.putLongNative(data, Memory.getLongNative(data + TAG));
        Memory.putIntNative(data + 8, Memory.getIntNative(data + TAG + 8));
        Memory.putShort(data + ADDRESSES, (status & Linux.TP_STATUS_VLAN_TPID_VALID) != 0 ? tpid : TPID_8021Q);
        Memory.putShort(data + ADDRESSES + 2, tci);
        Packet.shiftVnet(packet, TAG);
    }
}
