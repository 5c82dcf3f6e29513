package dev.turnout.core.io;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.Arena;
import java.util.HexFormat;

import dev.turnout.packet.Memory;
import dev.turnout.packet.Packet;
import dev.turnout.packet.PacketPool;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

final class AuxDataTest {
    private static final HexFormat HEX = HexFormat.of();
    private static final String ADDRESSES = "0200000000010200000000ff";

    private final PacketPool pool = new PacketPool(4, 0);
    private final Arena arena = Arena.ofConfined();
    private final long control = arena.allocate(64, 8).address();
    private final long packet = pool.allocate();

    @AfterEach
    void close() {
        arena.close();
        pool.close();
    }

    private void control(int level, int type, int length, int status, int tci, int tpid) {
        Memory.putLongNative(control, length);
        Memory.putIntNative(control + Linux.CMSGHDR_LEVEL, level);
        Memory.putIntNative(control + Linux.CMSGHDR_TYPE, type);
        Memory.putIntNative(control + 16, status);
        Memory.putShortNative(control + 32, tci);
        Memory.putShortNative(control + 34, tpid);
    }

    private String restored() {
        Packet.fromBytes(packet, HEX.parseHex(ADDRESSES + "0800aabbcc"));
        AuxData.restoreVlan(packet, control, 40);
        return HEX.formatHex(Packet.toBytes(packet));
    }

    @Test
    void shouldPutTheTagBack() {
        control(Linux.SOL_PACKET, Linux.PACKET_AUXDATA, 36,
                Linux.TP_STATUS_VLAN_VALID | Linux.TP_STATUS_VLAN_TPID_VALID, 0xe005, 0x88a8);
        assertThat(restored()).isEqualTo(ADDRESSES + "88a8e005" + "0800aabbcc");
        control(Linux.SOL_PACKET, Linux.PACKET_AUXDATA, 36, Linux.TP_STATUS_VLAN_VALID, 5, 0);
        assertThat(restored()).isEqualTo(ADDRESSES + "81000005" + "0800aabbcc");
    }

    @Test
    void shouldMoveTheUnfinishedChecksum() {
        Packet.fromBytes(packet, HEX.parseHex(ADDRESSES + "0800aabbcc"));
        Packet.setVnetFlags(packet, Packet.VNET_NEEDS_CSUM);
        Packet.setCsum(packet, 34, 6);
        Packet.setGso(packet, Packet.GSO_TCPV4, 54, 1448);
        AuxData.restoreVlan(packet, Linux.TP_STATUS_VLAN_VALID, 5, 0);
        assertThat(Packet.csumStart(packet)).isEqualTo(38);
        assertThat(Packet.gsoHeaderLength(packet)).isEqualTo(58);
        assertThat(Packet.gsoSize(packet)).isEqualTo(1448);
    }

    @Test
    void shouldLeaveFramesAloneThatHadNoTag() {
        String untouched = ADDRESSES + "0800aabbcc";
        control(Linux.SOL_PACKET, Linux.PACKET_AUXDATA, 36, 1, 5, 0x8100);
        assertThat(restored()).isEqualTo(untouched);
        control(Linux.SOL_SOCKET, Linux.PACKET_AUXDATA, 36, Linux.TP_STATUS_VLAN_VALID, 5, 0x8100);
        assertThat(restored()).isEqualTo(untouched);
        control(Linux.SOL_PACKET, Linux.PACKET_AUXDATA, 20, Linux.TP_STATUS_VLAN_VALID, 5, 0x8100);
        assertThat(restored()).isEqualTo(untouched);
        control(Linux.SOL_PACKET, Linux.PACKET_AUXDATA, 0, Linux.TP_STATUS_VLAN_VALID, 5, 0x8100);
        assertThat(restored()).isEqualTo(untouched);
    }
}
