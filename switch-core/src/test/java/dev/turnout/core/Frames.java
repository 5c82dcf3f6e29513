package dev.turnout.core;

import java.nio.ByteBuffer;

/** Makes frames for tests; checksums are right. */
public final class Frames {
    private Frames() {
    }

    /** A UDP packet over IPv4 with so many bytes of payload. */
    public static byte[] udp(int src, int dst, int srcPort, int dstPort, int payload) {
        byte[] udp = new byte[8 + payload];
        ByteBuffer.wrap(udp).putShort((short) srcPort).putShort((short) dstPort).putShort((short) udp.length);
        for (int i = 0; i < payload; i++) {
            udp[8 + i] = (byte) (i * 7 + 1);
        }
        return ipv4(src, dst, 17, udp, 6);
    }

    /** A TCP segment over IPv4 with so many bytes of payload. */
    public static byte[] tcp(int src, int dst, int srcPort, int dstPort, int flags, int payload) {
        byte[] tcp = new byte[20 + payload];
        ByteBuffer.wrap(tcp).putShort((short) srcPort).putShort((short) dstPort).putInt(1000).putInt(2000)
                .put((byte) 0x50).put((byte) flags).putShort((short) 500);
        for (int i = 0; i < payload; i++) {
            tcp[20 + i] = (byte) (i * 5 + 3);
        }
        return ipv4(src, dst, 6, tcp, 16);
    }

    /** An IPv4 packet; the transport checksum at {@code field} is computed with the pseudo header. */
    static byte[] ipv4(int src, int dst, int protocol, byte[] transport, int field) {
        ByteBuffer frame = ByteBuffer.allocate(34 + transport.length);
        frame.put(new byte[]{2, 0, 0, 0, 0, 2, 2, 0, 0, 0, 0, 1}).putShort((short) 0x0800);
        frame.putShort((short) 0x4500).putShort((short) (20 + transport.length)).putInt(0x4000).put((byte) 64)
                .put((byte) protocol).putShort((short) 0).putInt(src).putInt(dst).put(transport);
        byte[] bytes = frame.array();
        put16(bytes, 24, ~sum(bytes, 14, 20, 0));
        put16(bytes, 34 + field, 0);
        put16(bytes, 34 + field, ~transportSum(bytes, 34));
        return bytes;
    }

    /** An IPv6 UDP packet. */
    public static byte[] udp6(long src, long dst, int srcPort, int dstPort, int payload) {
        ByteBuffer frame = ByteBuffer.allocate(54 + 8 + payload);
        frame.put(new byte[]{2, 0, 0, 0, 0, 2, 2, 0, 0, 0, 0, 1}).putShort((short) 0x86dd);
        frame.putInt(0x6000_0000).putShort((short) (8 + payload)).put((byte) 17).put((byte) 64);
        frame.putLong(0xfd00_0000_0000_0000L).putLong(src).putLong(0xfd00_0000_0000_0001L).putLong(dst);
        frame.putShort((short) srcPort).putShort((short) dstPort).putShort((short) (8 + payload));
        byte[] bytes = frame.array();
        put16(bytes, 60, ~transportSum(bytes, 54));
        return bytes;
    }

    /** Whether the IPv4 header's checksum (if it is IPv4) and the TCP or UDP checksum are right; the network header is at {@code l3}. */
    public static boolean isRight(byte[] frame, int l3) {
        boolean isIpv4 = frame[l3] >> 4 == 4;
        return (!isIpv4 || sum(frame, l3, 20, 0) == 0xffff) && transportSum(frame, l3 + (isIpv4 ? 20 : 40)) == 0xffff;
    }

    private static int transportSum(byte[] frame, int l4) {
        boolean isIpv4 = frame[l4 - 20] >> 4 == 4 && (l4 < 40 || frame[l4 - 40] >> 4 != 6);
        int length = isIpv4 ? get16(frame, l4 - 18) - 20 : get16(frame, l4 - 36);
        int protocol = frame[isIpv4 ? l4 - 11 : l4 - 34];
        long pseudo = isIpv4 ? sum(frame, l4 - 8, 8, 0) : sum(frame, l4 - 32, 32, 0);
        return sum(frame, l4, length, pseudo + protocol + length);
    }

    private static int sum(byte[] bytes, int from, int length, long start) {
        long sum = start;
        for (int i = 0; i < length; i++) {
            sum += (bytes[from + i] & 0xffL) << (i % 2 == 0 ? 8 : 0);
        }
        while (sum >>> 16 != 0) {
            sum = (sum & 0xffff) + (sum >>> 16);
        }
        return (int) sum;
    }

    static int get16(byte[] bytes, int at) {
        return (bytes[at] & 0xff) << 8 | (bytes[at + 1] & 0xff);
    }

    static int get32(byte[] bytes, int at) {
        return get16(bytes, at) << 16 | get16(bytes, at + 2);
    }

    static void put16(byte[] bytes, int at, int value) {
        bytes[at] = (byte) (value >> 8);
        bytes[at + 1] = (byte) value;
    }
}
