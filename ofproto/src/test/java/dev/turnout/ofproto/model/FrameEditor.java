package dev.turnout.ofproto.model;

import java.util.Arrays;
import java.util.List;
import java.util.zip.CRC32C;

/**
 * The bytes of a frame and the places of its headers. Changing a field brings the checksums along, one 16-bit word at a time. A field that the frame
 * does not have is left alone.
 */
public final class FrameEditor {
    /** Fields that can be changed. */
    public enum Part {
        ETH_DST, ETH_SRC, IPV4_SRC, IPV4_DST, TOS, TTL, IPV6_LABEL, L4_SRC, L4_DST, ICMP_TYPE, ICMP_CODE, ARP_OP, ARP_SPA, ARP_TPA, ARP_SHA, ARP_THA, ND_SLL, ND_TLL
    }

    private byte[] bytes;
    private int l3;
    private int l4 = -1;
    private int ethType;
    private int protocol = -1;
    private boolean laterFragment;

    public FrameEditor(byte[] frame) {
        bytes = frame.clone();
        parse();
    }

    /** A copy that knows where the headers are, also below tags that a parse would stop at. */
    public FrameEditor(FrameEditor other) {
        bytes = other.bytes.clone();
        l3 = other.l3;
        l4 = other.l4;
        ethType = other.ethType;
        protocol = other.protocol;
        laterFragment = other.laterFragment;
    }

    public byte[] bytes() {
        return bytes.clone();
    }

    public int length() {
        return bytes.length;
    }

    private int u8(int at) {
        return bytes[at] & 0xff;
    }

    private int u16(int at) {
        return u8(at) << 8 | u8(at + 1);
    }

    private static boolean isTag(int type) {
        return type == 0x8100 || type == 0x88a8;
    }

    private void parse() {
        l3 = 12;
        for (int tags = 0; tags < 2 && isTag(u16(l3)) && bytes.length >= l3 + 6; tags++) {
            l3 += 4;
        }
        ethType = u16(l3);
        l3 += 2;
        l4 = -1;
        protocol = -1;
        laterFragment = false;
        if (ethType < 0x600) {
            ethType = 0x05ff;
        } else if (ethType == 0x0800 && bytes.length >= l3 + 20) {
            int header = (u8(l3) & 15) * 4;
            if (header >= 20 && u16(l3 + 2) >= header && u16(l3 + 2) <= bytes.length - l3) {
                protocol = u8(l3 + 9);
                l4 = l3 + header;
                laterFragment = (u16(l3 + 6) & 0x1fff) != 0;
            }
        } else if (ethType == 0x86dd && bytes.length >= l3 + 40 && u16(l3 + 4) <= bytes.length - l3 - 40) {
            protocol = u8(l3 + 6);
            l4 = l3 + 40;
            skipIpv6Extensions();
        }
    }

    /** Where an extension header is not whole, nothing of the packet's IPv6 header is changed: its protocol is not known. */
    private void skipIpv6Extensions() {
        while (!laterFragment && List.of(0, 43, 44, 51, 60).contains(protocol)) {
            if (bytes.length < l4 + 8) {
                protocol = -1;
                return;
            }
            int length = protocol == 44 ? 8 : protocol == 51 ? (u8(l4 + 1) + 2) * 4 : (u8(l4 + 1) + 1) * 8;
            laterFragment = protocol == 44 && (u16(l4 + 2) & 0xfff8) != 0;
            protocol = u8(l4);
            l4 += length;
            if (l4 > bytes.length) {
                protocol = -1;
                return;
            }
        }
    }

    private boolean isIpv4() {
        return ethType == 0x0800 && protocol >= 0;
    }

    private boolean isIpv6() {
        return ethType == 0x86dd && protocol >= 0;
    }

    private boolean isArp() {
        return (ethType == 0x0806 || ethType == 0x8035) && bytes.length >= l3 + 28;
    }

    private boolean hasL4(int length) {
        return protocol >= 0 && !laterFragment && bytes.length >= l4 + length;
    }

    private int l4HeaderLength() {
        return switch (protocol) {
            case 6 -> 20;
            case 17 -> 8;
            case 132 -> 12;
            case 1, 58 -> 4;
            default -> -1;
        };
    }

    /** Offset of a part of whole bytes, or -1. */
    private int offset(Part part) {
        return switch (part) {
            case ETH_DST -> 0;
            case ETH_SRC -> 6;
            case IPV4_SRC -> isIpv4() ? l3 + 12 : -1;
            case IPV4_DST -> isIpv4() ? l3 + 16 : -1;
            case TTL -> isIpv4() ? l3 + 8 : isIpv6() ? l3 + 7 : -1;
            case TOS -> isIpv4() ? l3 + 1 : -1;
            case L4_SRC -> hasPorts() ? l4 : -1;
            case L4_DST -> hasPorts() ? l4 + 2 : -1;
            case ICMP_TYPE -> isIcmp() ? l4 : -1;
            case ICMP_CODE -> isIcmp() ? l4 + 1 : -1;
            case ARP_OP -> isArp() ? l3 + 6 : -1;
            case ARP_SHA -> isArp() ? l3 + 8 : -1;
            case ARP_SPA -> isArp() ? l3 + 14 : -1;
            case ARP_THA -> isArp() ? l3 + 18 : -1;
            case ARP_TPA -> isArp() ? l3 + 24 : -1;
            case ND_SLL -> ndOption(1);
            case ND_TLL -> ndOption(2);
            case IPV6_LABEL -> -1;
        };
    }

    private boolean hasPorts() {
        return (protocol == 6 || protocol == 17 || protocol == 132) && hasL4(l4HeaderLength());
    }

    private boolean isIcmp() {
        return ((protocol == 1 && isIpv4()) || (protocol == 58 && isIpv6())) && hasL4(4);
    }

    private int ndOption(int type) {
        if (!isNd()) {
            return -1;
        }
        for (int at = l4 + 24; at + 8 <= bytes.length && u8(at + 1) != 0; at += 8 * u8(at + 1)) {
            if (u8(at) == type && u8(at + 1) == 1) {
                return at + 2;
            }
        }
        return -1;
    }

    private boolean isNd() {
        return isIpv6() && protocol == 58 && hasL4(24) && (u8(l4) == 135 || u8(l4) == 136);
    }

    private static int width(Part part) {
        return switch (part) {
            case ETH_DST, ETH_SRC, ARP_SHA, ARP_THA, ND_SLL, ND_TLL -> 6;
            case IPV4_SRC, IPV4_DST, ARP_SPA, ARP_TPA -> 4;
            case L4_SRC, L4_DST, ARP_OP -> 2;
            default -> 1;
        };
    }

    /** Changes the bits of {@code mask}. */
    public void put(Part part, long value, long mask) {
        if (mask == 0) {
            return;
        }
        if (isIpv6() && (part == Part.TOS || part == Part.IPV6_LABEL)) {
            int shift = part == Part.TOS ? 20 : 0;
            putBytes(l3, 4, value << shift, mask << shift);
            return;
        }
        int at = offset(part);
        if (at >= 0) {
            putBytes(at, width(part), value, mask);
        }
    }

    /** Changes an IPv6 address, or a neighbour discovery target. {@code which}: 0 source, 1 destination, 2 target. */
    public void put128(int which, long high, long low, long highMask, long lowMask) {
        int at = which < 2 ? isIpv6() ? l3 + 8 + 16 * which : -1 : isNd() ? l4 + 8 : -1;
        if (at >= 0 && (highMask | lowMask) != 0) {
            putBytes(at, 8, high, highMask);
            putBytes(at + 8, 8, low, lowMask);
        }
    }

    private void putBytes(int at, int count, long value, long mask) {
        byte[] old = bytes.clone();
        for (int i = 0; i < count; i++) {
            int shift = 8 * (count - 1 - i);
            int bits = (int) (mask >>> shift) & 0xff;
            bytes[at + i] = (byte) ((u8(at + i) & ~bits) | ((int) (value >>> shift) & bits));
        }
        fixChecksums(old, at, count);
    }

    private void fixChecksums(byte[] old, int at, int count) {
        if (isIpv4() && at >= l3 && at < l3 + 20) {
            adjust(l3 + 10, old, at, count, false);
        }
        boolean address = (isIpv4() && at >= l3 + 12 && at < l3 + 20) || (isIpv6() && at >= l3 + 8 && at < l3 + 40);
        boolean inL4 = l4 >= 0 && at >= l4;
        if ((!address && !inL4) || l4 < 0 || laterFragment) {
            return;
        }
        switch (protocol) {
            case 6 -> adjustIfThere(l4 + 16, 20, old, at, count, false);
            case 17 -> {
                if (hasL4(8) && u16(l4 + 6) != 0) {
                    adjust(l4 + 6, old, at, count, true);
                }
            }
            case 1 -> {
                if (inL4) {
                    adjustIfThere(l4 + 2, 4, old, at, count, false);
                }
            }
            case 58 -> {
                if (isIpv6()) { // in IPv4 there is no pseudo header for it, nor a field to set
                    adjustIfThere(l4 + 2, 4, old, at, count, false);
                }
            }
            case 132 -> {
                if (inL4 && hasL4(12)) {
                    fixSctp(old);
                }
            }
            default -> {
            }
        }
    }

    private void adjustIfThere(int field, int header, byte[] old, int at, int count, boolean udp) {
        if (hasL4(header)) {
            adjust(field, old, at, count, udp);
        }
    }

    /** RFC 1624, equation 3. */
    private void adjust(int field, byte[] old, int at, int count, boolean udp) {
        int sum = ~u16(field) & 0xffff;
        int from = at & ~1;
        for (int i = from; i < at + count; i += 2) {
            int before = (old[i] & 0xff) << 8 | (old[i + 1] & 0xff);
            sum += (~before & 0xffff) + u16(i);
        }
        while (sum > 0xffff) {
            sum = (sum & 0xffff) + (sum >>> 16);
        }
        int result = ~sum & 0xffff;
        if (udp && result == 0) {
            result = 0xffff;
        }
        bytes[field] = (byte) (result >>> 8);
        bytes[field + 1] = (byte) result;
    }

    private void fixSctp(byte[] old) {
        int difference = crc(old) ^ crc(bytes);
        for (int i = 0; i < 4; i++) {
            bytes[l4 + 8 + i] ^= (byte) (difference >>> (8 * i));
        }
    }

    private int crc(byte[] frame) {
        byte[] copy = Arrays.copyOfRange(frame, l4, frame.length);
        Arrays.fill(copy, 8, 12, (byte) 0);
        CRC32C crc = new CRC32C();
        crc.update(copy);
        return (int) crc.getValue();
    }

    public void pushVlan(int tpid, int tci) {
        byte[] longer = new byte[bytes.length + 4];
        System.arraycopy(bytes, 0, longer, 0, 12);
        longer[12] = (byte) (tpid >>> 8);
        longer[13] = (byte) tpid;
        longer[14] = (byte) ((tci & ~0x1000) >>> 8);
        longer[15] = (byte) tci;
        System.arraycopy(bytes, 12, longer, 16, bytes.length - 12);
        bytes = longer;
        shift(4);
    }

    /** Takes the outermost tag off, if there is one. */
    public void popVlan() {
        if (bytes.length < 18 || !isTag(u16(12))) {
            return;
        }
        byte[] shorter = new byte[bytes.length - 4];
        System.arraycopy(bytes, 0, shorter, 0, 12);
        System.arraycopy(bytes, 16, shorter, 12, shorter.length - 12);
        bytes = shorter;
        shift(-4);
    }

    private boolean isMpls() {
        return ethType == 0x8847 || ethType == 0x8848;
    }

    /** Puts a label stack entry behind the tags; what is inside cannot be changed from then on. */
    public void pushMpls(int type, int lse) {
        byte[] longer = new byte[bytes.length + 4];
        System.arraycopy(bytes, 0, longer, 0, l3);
        System.arraycopy(bytes, l3, longer, l3 + 4, bytes.length - l3);
        bytes = longer;
        put32(l3, lse);
        become(type);
        l4 = -1;
        protocol = -1;
    }

    /** Takes the first label stack entry off, if there is one. */
    public void popMpls(int type) {
        if (!isMpls() || bytes.length < l3 + 4) {
            return;
        }
        byte[] shorter = new byte[bytes.length - 4];
        System.arraycopy(bytes, 0, shorter, 0, l3);
        System.arraycopy(bytes, l3 + 4, shorter, l3, shorter.length - l3);
        bytes = shorter;
        become(type);
        if (type == 0x0800 || type == 0x86dd) {
            int at = l3;
            parse();
            l3 = at;
        }
    }

    public void setMpls(int lse, int mask) {
        if (isMpls() && bytes.length >= l3 + 4) {
            put32(l3, ((u16(l3) << 16 | u16(l3 + 2)) & ~mask) | (lse & mask));
        }
    }

    private void become(int type) {
        bytes[l3 - 2] = (byte) (type >>> 8);
        bytes[l3 - 1] = (byte) type;
        ethType = type;
    }

    private void put32(int at, int value) {
        for (int i = 0; i < 4; i++) {
            bytes[at + i] = (byte) (value >>> (24 - 8 * i));
        }
    }

    /** A copy of the bytes without so many of the outermost tags. */
    public byte[] withoutTags(int tags) {
        byte[] shorter = new byte[bytes.length - 4 * tags];
        System.arraycopy(bytes, 0, shorter, 0, 12);
        System.arraycopy(bytes, 12 + 4 * tags, shorter, 12, shorter.length - 12);
        return shorter;
    }

    private void shift(int delta) {
        l3 += delta;
        l4 = l4 < 0 ? l4 : l4 + delta;
    }
}
