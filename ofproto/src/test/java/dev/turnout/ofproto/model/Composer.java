package dev.turnout.ofproto.model;

import java.io.ByteArrayOutputStream;
import java.util.zip.CRC32C;

import dev.turnout.flow.Field;
import dev.turnout.flow.Fields;
import dev.turnout.flow.FlowKey;
import dev.turnout.flow.FlowLayout;

/** Makes a valid frame of a key. */
final class Composer {
    private static final int PAYLOAD = 18;

    private final FlowKey key;
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();

    private Composer(FlowKey key) {
        this.key = key;
    }

    static byte[] compose(FlowKey key) {
        return new Composer(key).frame();
    }

    private void put(long value, int bytes) {
        for (int i = bytes - 1; i >= 0; i--) {
            out.write((int) (value >>> (8 * i)));
        }
    }

    private int get(Field field) {
        return (int) key.get(field);
    }

    private byte[] frame() {
        put(key.get(Fields.ETH_DST), 6);
        put(key.get(Fields.ETH_SRC), 6);
        int tci = get(Fields.VLAN_TCI);
        if ((tci & FlowLayout.VLAN_PRESENT) != 0) {
            putTag((int) key.words()[FlowLayout.TCP_CT] & 0xffff, tci);
            int inner = (int) key.words()[FlowLayout.IPV6_VLAN1];
            if ((inner & FlowLayout.VLAN_PRESENT) != 0) {
                putTag(inner >>> 16, inner);
            }
        }
        int type = get(Fields.ETH_TYPE);
        byte[] payload = switch (type) {
            case 0x0800 -> ipv4();
            case 0x86dd -> ipv6();
            case 0x0806, 0x8035 -> arp();
            case 0x8847, 0x8848 -> mpls();
            default -> filler(50);
        };
        if (type == FlowLayout.ETH_TYPE_NONE) {
            put(payload.length, 2);
            payload[0] = 0x42;
        } else {
            put(type, 2);
        }
        out.writeBytes(payload);
        return out.toByteArray();
    }

    private void putTag(int tpid, int tci) {
        put(tpid == 0x88a8 ? 0x88a8 : 0x8100, 2);
        put(tci & ~FlowLayout.VLAN_PRESENT, 2);
    }

    private static byte[] filler(int length) {
        byte[] bytes = new byte[length];
        for (int i = 0; i < length; i++) {
            bytes[i] = (byte) (i * 7 + 1);
        }
        return bytes;
    }

    private static byte[] join(byte[]... parts) {
        ByteArrayOutputStream joined = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            joined.writeBytes(part);
        }
        return joined.toByteArray();
    }

    private static byte[] number(long value, int bytes) {
        byte[] result = new byte[bytes];
        for (int i = 0; i < bytes; i++) {
            result[i] = (byte) (value >>> (8 * (bytes - 1 - i)));
        }
        return result;
    }

    private byte[] addresses() {
        long[] w = key.words();
        if (get(Fields.ETH_TYPE) == 0x0800) {
            return number(w[FlowLayout.IPV4], 8);
        }
        return join(number(w[FlowLayout.IPV6_SRC], 8), number(w[FlowLayout.IPV6_SRC + 1], 8),
                number(w[FlowLayout.IPV6_DST], 8),
                number(w[FlowLayout.IPV6_DST + 1], 8));
    }

    private byte[] ipv4() {
        byte[] inside = transport();
        int frag = get(Fields.IP_FRAG);
        int fragment = (frag & FlowLayout.FRAG_LATER) != 0
                ? 0x2005
                : (frag & FlowLayout.FRAG_ANY) != 0 ? 0x2000 : 0x4000;
        byte[] header = join(number(0x45, 1), number(get(Fields.NW_TOS), 1), number(20 + inside.length, 2),
                number(0x1234, 2), number(fragment, 2),
                number(get(Fields.NW_TTL), 1), number(get(Fields.IP_PROTO), 1), number(0, 2), addresses());
        putChecksum(header, 10, sum(header));
        return join(header, inside);
    }

    private byte[] ipv6() {
        byte[] inside = transport();
        int frag = get(Fields.IP_FRAG);
        int next = get(Fields.IP_PROTO);
        if (frag != 0) {
            int offset = (frag & FlowLayout.FRAG_LATER) != 0 ? 5 << 3 : 0;
            inside = join(number(next, 1), number(0, 1), number(offset | 1, 2), number(0xabcd, 4), inside);
            next = 44;
        }
        long first = 6L << 28 | (long) get(Fields.NW_TOS) << 20 | get(Fields.IPV6_LABEL);
        return join(number(first, 4), number(inside.length, 2), number(next, 1), number(get(Fields.NW_TTL), 1),
                addresses(), inside);
    }

    private byte[] transport() {
        if ((get(Fields.IP_FRAG) & FlowLayout.FRAG_LATER) != 0) {
            return filler(40);
        }
        int protocol = get(Fields.IP_PROTO);
        boolean six = get(Fields.ETH_TYPE) == 0x86dd;
        byte[] ports = join(number(get(Fields.TCP_SRC), 2), number(get(Fields.TCP_DST), 2));
        byte[] segment = switch (protocol) {
            case 6 -> join(ports, number(0x01020304, 4), number(0x05060708, 4),
                    number(0x5000 | get(Fields.TCP_FLAGS), 2), number(1000, 2),
                    number(0, 4), filler(PAYLOAD));
            case 17 -> join(ports, number(8 + PAYLOAD, 2), number(0, 2), filler(PAYLOAD));
            case 132 -> join(ports, number(0x11223344, 4), number(0, 4), filler(16));
            case 1 -> six
                    ? filler(40)
                    : join(number(get(Fields.ICMP_TYPE), 1), number(get(Fields.ICMP_CODE), 1), number(0, 2),
                            filler(PAYLOAD));
            case 58 -> six ? icmpv6() : filler(40);
            default -> filler(40);
        };
        switch (protocol) {
            case 6 -> putChecksum(segment, 16,
                    sum(join(addresses(), number(protocol, 4), number(segment.length, 4), segment)));
            case 17 -> putChecksum(segment, 6,
                    sum(join(addresses(), number(protocol, 4), number(segment.length, 4), segment)));
            case 58 -> {
                if (six) {
                    putChecksum(segment, 2,
                            sum(join(addresses(), number(protocol, 4), number(segment.length, 4), segment)));
                }
            }
            case 1 -> {
                if (!six) {
                    putChecksum(segment, 2, sum(segment));
                }
            }
            case 132 -> {
                CRC32C crc = new CRC32C();
                crc.update(segment);
                for (int i = 0; i < 4; i++) {
                    segment[8 + i] = (byte) (crc.getValue() >>> (8 * i));
                }
            }
            default -> {
            }
        }
        return segment;
    }

    private byte[] icmpv6() {
        int type = get(Fields.ICMPV6_TYPE);
        byte[] start = join(number(type, 1), number(get(Fields.ICMPV6_CODE), 1), number(0, 2));
        if ((type != 135 && type != 136) || get(Fields.ICMPV6_CODE) != 0) {
            return join(start, filler(28));
        }
        long[] w = key.words();
        byte[] target = join(number(key.get(Fields.ND_RESERVED), 4), number(w[FlowLayout.ND_TARGET], 8),
                number(w[FlowLayout.ND_TARGET + 1], 8));
        byte[] option = type == 135
                ? join(number(1, 1), number(1, 1), number(key.get(Fields.ND_SLL), 6))
                : join(number(2, 1), number(1, 1), number(key.get(Fields.ND_TLL), 6));
        return join(start, target, option);
    }

    private byte[] arp() {
        return join(number(1, 2), number(0x0800, 2), number(6, 1), number(4, 1), number(get(Fields.ARP_OP), 2),
                number(key.get(Fields.ARP_SHA), 6),
                number(key.get(Fields.ARP_SPA), 4), number(key.get(Fields.ARP_THA), 6),
                number(key.get(Fields.ARP_TPA), 4), filler(18));
    }

    /** Labels up to the bottom of the stack; then an IP packet whose kind and fields are the outermost label's. */
    private byte[] mpls() {
        long[] w = key.words();
        int[] shown = {(int) (w[FlowLayout.MPLS01] >>> 32), (int) w[FlowLayout.MPLS01],
            (int) (w[FlowLayout.MPLS2_PTYPE] >>> 32)};
        byte[] labels = {};
        for (int lse : shown) {
            labels = join(labels, number(lse, 4));
            if ((lse & 0x100) != 0) {
                return join(labels, inner(shown[0] >>> 12));
            }
        }
        return join(labels, number(0x140, 4), filler(40));
    }

    private static byte[] inner(int label) {
        FlowKey inside = new FlowKey();
        inside.set(Fields.ETH_TYPE, (label & 1) == 0 ? 0x0800 : 0x86dd);
        inside.set(Fields.IPV4_SRC, 0x0a000001 + (label >> 1 & 3));
        inside.set(Fields.IPV4_DST, 0x0a010001);
        inside.words()[FlowLayout.IPV6_SRC] = 0xfd00_0000_0000_0000L;
        inside.words()[FlowLayout.IPV6_DST] = 0xfd00_0000_0000_0001L;
        inside.set(Fields.IP_PROTO, (label >> 2 & 1) == 0 ? 17 : 6);
        inside.set(Fields.NW_TTL, 1 + label % 3);
        inside.set(Fields.TCP_SRC, 1000);
        inside.set(Fields.TCP_DST, 80);
        Composer composer = new Composer(inside);
        return (label & 1) == 0 ? composer.ipv4() : composer.ipv6();
    }

    private static int sum(byte[] bytes) {
        int sum = 0;
        for (int i = 0; i < bytes.length; i++) {
            sum += (bytes[i] & 0xff) << (i % 2 == 0 ? 8 : 0);
        }
        while (sum > 0xffff) {
            sum = (sum & 0xffff) + (sum >>> 16);
        }
        return sum;
    }

    private static void putChecksum(byte[] bytes, int at, int sum) {
        int checksum = ~sum & 0xffff;
        bytes[at] = (byte) (checksum >>> 8);
        bytes[at + 1] = (byte) checksum;
    }
}
