package dev.turnout.ofproto.model;

import java.util.Random;

import dev.turnout.flow.Field;
import dev.turnout.flow.Fields;
import dev.turnout.flow.FlowKey;
import dev.turnout.flow.FlowLayout;

/** Random keys of valid packets, from small sets of values so that they meet. */
public final class RandomPackets {
    private static final int[] PROTOCOLS = {6, 6, 17, 17, 1, 58, 132, 47};

    private final Random random;

    public RandomPackets(Random random) {
        this.random = random;
    }

    /** A key of a packet of any kind. */
    public FlowKey key() {
        FlowKey key = new FlowKey();
        key.set(Fields.IN_PORT, 1 + random.nextInt(6));
        key.set(Fields.ETH_SRC, mac() & ~(1L << 40));
        key.set(Fields.ETH_DST, mac());
        if (random.nextInt(3) == 0) {
            tag(key);
        }
        if (random.nextInt(4) == 0) {
            key.set(Fields.PKT_MARK, random.nextInt(4));
            key.set(Fields.SKB_PRIORITY, random.nextInt(3));
            key.set(Fields.DP_HASH, random.nextInt(3));
        }
        if (random.nextInt(4) == 0) {
            key.set(Fields.CT_STATE, 0x21 + random.nextInt(3));
            key.set(Fields.CT_ZONE, random.nextInt(3));
            key.set(Fields.CT_MARK, random.nextInt(3));
            key.words()[FlowLayout.CT_LABEL + 1] = random.nextInt(3);
        }
        switch (random.nextInt(8)) {
            case 0 -> arp(key);
            case 1 -> key.set(Fields.ETH_TYPE, random.nextBoolean() ? 0x88cc : FlowLayout.ETH_TYPE_NONE);
            case 2 -> {
                key.set(Fields.ETH_TYPE, random.nextBoolean() ? 0x8847 : 0x8848);
                boolean one = random.nextBoolean();
                boolean two = random.nextInt(3) > 0;
                key.words()[FlowLayout.MPLS01] = (long) label(one) << 32;
                if (!one) {
                    key.words()[FlowLayout.MPLS01] |= label(two);
                    key.words()[FlowLayout.MPLS2_PTYPE] = two ? 0 : (long) label(random.nextInt(4) > 0) << 32;
                }
            }
            case 3, 4 -> ipv6(key);
            default -> ipv4(key);
        }
        return key;
    }

    private int label(boolean bottom) {
        return random.nextInt(16) << 12 | random.nextInt(3) << 9 | (bottom ? 0x100 : 0)
                | (random.nextInt(3) == 0 ? random.nextInt(4) : 64);
    }

    private long mac() {
        return switch (random.nextInt(8)) {
            case 0 -> 0xffff_ffff_ffffL;
            case 1 -> 0x0180c2000000L + random.nextInt(20);
            default -> 0x020000000000L + random.nextInt(6);
        };
    }

    private void tag(FlowKey key) {
        key.set(Fields.VLAN_TCI, tci());
        key.words()[FlowLayout.TCP_CT] |= random.nextBoolean() ? 0x8100 : 0x88a8;
        if (random.nextInt(3) == 0) {
            key.words()[FlowLayout.IPV6_VLAN1] |= 0x8100_0000L | tci();
        }
    }

    private int tci() {
        int vid = switch (random.nextInt(4)) {
            case 0 -> 0;
            case 1 -> 10;
            case 2 -> 11;
            default -> random.nextInt(4096);
        };
        return random.nextInt(8) << 13 | FlowLayout.VLAN_PRESENT | vid;
    }

    private int address() {
        return 0x0a000000 | random.nextInt(4) << 16 | random.nextInt(3) << 8 | random.nextInt(4);
    }

    private void arp(FlowKey key) {
        key.set(Fields.ETH_TYPE, 0x0806);
        key.set(Fields.ARP_OP, 1 + random.nextInt(2));
        key.set(Fields.ARP_SPA, address());
        key.set(Fields.ARP_TPA, address());
        key.set(Fields.ARP_SHA, mac());
        key.set(Fields.ARP_THA, mac());
    }

    private void ipv4(FlowKey key) {
        key.set(Fields.ETH_TYPE, 0x0800);
        if (key.get(Fields.CT_STATE) != 0) {
            key.set(Fields.CT_NW_PROTO, random.nextBoolean() ? 6 : 17);
            key.set(Fields.CT_NW_SRC, address());
            key.set(Fields.CT_NW_DST, address());
            key.set(Fields.CT_TP_SRC, 1000 + random.nextInt(5));
            key.set(Fields.CT_TP_DST, 80);
        }
        key.set(Fields.IPV4_SRC, address());
        key.set(Fields.IPV4_DST, address());
        ip(key);
    }

    private void ipv6(FlowKey key) {
        key.set(Fields.ETH_TYPE, 0x86dd);
        long[] w = key.words();
        w[FlowLayout.IPV6_SRC] = 0xfd00_0000_0000_0000L | random.nextInt(3);
        w[FlowLayout.IPV6_SRC + 1] = random.nextInt(4);
        w[FlowLayout.IPV6_DST] = 0xfd00_0000_0000_0000L | random.nextInt(3);
        w[FlowLayout.IPV6_DST + 1] = random.nextInt(4);
        key.set(Fields.IPV6_LABEL, random.nextInt(3));
        ip(key);
        if (random.nextInt(3) == 0) {
            key.set(Fields.IP_FRAG, 0);
            key.set(Fields.IP_PROTO, 58);
            key.set(Fields.TCP_FLAGS, 0);
            key.set(Fields.ICMPV6_TYPE, 135 + random.nextInt(2));
            key.set(Fields.ICMPV6_CODE, 0);
            key.words()[FlowLayout.ND_TARGET] = 0xfd00_0000_0000_0000L;
            key.words()[FlowLayout.ND_TARGET + 1] = random.nextInt(4);
            key.set(Fields.ND_SLL, mac());
            key.set(Fields.ND_TLL, mac());
        }
    }

    private void ip(FlowKey key) {
        key.set(Fields.NW_TOS, random.nextInt(4) == 0 ? random.nextInt(256) : 0);
        key.set(Fields.NW_TTL, random.nextInt(3) == 0 ? random.nextInt(4) : 64);
        key.set(Fields.IP_FRAG, random.nextInt(6) == 0 ? random.nextBoolean() ? 1 : 3 : 0);
        int protocol = PROTOCOLS[random.nextInt(PROTOCOLS.length)];
        key.set(Fields.IP_PROTO, protocol);
        if (protocol == 1 || protocol == 58) {
            key.set(Fields.TCP_SRC, protocol == 58 ? 133 + random.nextInt(4) : random.nextInt(9));
            key.set(Fields.TCP_DST, random.nextInt(6) == 0 ? 1 : 0);
            key.words()[FlowLayout.ND_TARGET] = 0xfd00_0000_0000_0000L;
            key.words()[FlowLayout.ND_TARGET + 1] = random.nextInt(4);
            key.set(Fields.ND_SLL, mac());
            key.set(Fields.ND_TLL, mac());
        } else {
            key.set(Fields.TCP_SRC, 1000 + random.nextInt(5));
            key.set(Fields.TCP_DST, random.nextBoolean() ? 80 : random.nextInt(5));
        }
        key.set(Fields.TCP_FLAGS, protocol == 6 ? random.nextInt(64) : 0);
    }

    /** Changes a field's bits at random: one, some, or all. */
    public void randomize(FlowKey key, Field field) {
        for (int i = 0; i < field.wordCount(); i++) {
            long bits = field.wordMask(i);
            long change = switch (random.nextInt(3)) {
                case 0 -> 1L << random.nextInt(64);
                case 1 -> random.nextLong() >>> random.nextInt(64);
                default -> random.nextLong();
            };
            key.words()[field.word() + i] ^= change & bits;
        }
    }

    /** Adds what kind of packet it is: types and protocol, so that any of its fields can be set. */
    static void addKind(long[] packet, long[] values, long[] mask) {
        require(Fields.ETH_TYPE, -1, packet, values, mask);
        int type = (int) Fields.ETH_TYPE.get(packet);
        if (type == 0x0800 || type == 0x86dd) {
            require(Fields.IP_PROTO, -1, packet, values, mask);
            if (Fields.IP_PROTO.get(packet) == 58) {
                require(Fields.ICMPV6_TYPE, -1, packet, values, mask);
                require(Fields.ICMPV6_CODE, -1, packet, values, mask);
            }
        }
    }

    /** Adds what a match on the field must say of the packet, too. */
    static void addPrerequisites(Field field, long[] packet, long[] values, long[] mask) {
        switch (field.prerequisite()) {
            case NONE, ETHERNET -> {
            }
            case VLAN_VID -> require(Fields.VLAN_VID, FlowLayout.VLAN_PRESENT, packet, values, mask);
            case CT -> require(Fields.CT_STATE, -1, packet, values, mask);
            case TCP, UDP, SCTP, ICMPV4, ICMPV6 -> {
                require(Fields.ETH_TYPE, -1, packet, values, mask);
                require(Fields.IP_PROTO, -1, packet, values, mask);
            }
            case ND, ND_SOLICIT, ND_ADVERT -> {
                require(Fields.ETH_TYPE, -1, packet, values, mask);
                require(Fields.IP_PROTO, -1, packet, values, mask);
                require(Fields.ICMPV6_TYPE, -1, packet, values, mask);
                require(Fields.ICMPV6_CODE, -1, packet, values, mask);
            }
            default -> require(Fields.ETH_TYPE, -1, packet, values, mask);
        }
    }

    private static void require(Field field, long bits, long[] packet, long[] values, long[] mask) {
        long all = bits == -1 ? field.wordMask(0) : bits << field.shift();
        values[field.word()] = (values[field.word()] & ~all) | (packet[field.word()] & all);
        mask[field.word()] |= all;
    }
}
