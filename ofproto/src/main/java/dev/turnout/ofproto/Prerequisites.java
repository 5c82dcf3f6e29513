package dev.turnout.ofproto;

import dev.turnout.flow.Field.Prerequisite;
import dev.turnout.flow.Fields;
import dev.turnout.flow.FlowLayout;
import dev.turnout.flow.Match;
import dev.turnout.ofproto.classifier.Wildcards;

/** Whether a packet has what a field needs, and whether a match says so. */
final class Prerequisites {
    private static final int IPV4 = 0x0800;
    private static final int IPV6 = 0x86dd;
    private static final int ARP = 0x0806;
    private static final int RARP = 0x8035;
    private static final int NSH = 0x894f;
    private static final int ND_SOLICIT = 135;
    private static final int ND_ADVERT = 136;

    private Prerequisites() {
    }

    /** Whether a packet with this key has it; marks what was looked at beside the Ethernet type and the fragment bits, which always are. */
    static boolean hold(Prerequisite prerequisite, long[] key, Wildcards wildcards) {
        return switch (prerequisite) {
            case TCP, UDP, SCTP, ICMPV4, ICMPV6, ND, ND_SOLICIT, ND_ADVERT -> {
                if (!isIp(key) || isLaterFragment(key)) {
                    yield false;
                }
                wildcards.lookAt(Fields.IP_PROTO);
                if (prerequisite == Prerequisite.ND || prerequisite == Prerequisite.ND_SOLICIT
                        || prerequisite == Prerequisite.ND_ADVERT) {
                    if (ethType(key) != IPV6 || Fields.IP_PROTO.get(key) != 58) {
                        yield false;
                    }
                    wildcards.lookAt(FlowLayout.L4, 0xffff_ffffL);
                }
                yield layer4(prerequisite, key);
            }
            case VLAN_VID -> {
                wildcards.lookAt(FlowLayout.ETH_SRC_VLAN, FlowLayout.VLAN_PRESENT);
                yield hasVlan(key);
            }
            case CT -> {
                wildcards.lookAt(Fields.CT_STATE);
                yield Fields.CT_STATE.get(key) != 0;
            }
            default -> network(prerequisite, key);
        };
    }

    /** Whether every packet that the match matches has it, as far as packets are what they seem. */
    static boolean matches(Prerequisite prerequisite, Match match) {
        if (prerequisite == Prerequisite.NONE || prerequisite == Prerequisite.ETHERNET) {
            return true;
        }
        if (prerequisite == Prerequisite.VLAN_VID) {
            return (match.mask().word(FlowLayout.ETH_SRC_VLAN) & FlowLayout.VLAN_PRESENT) != 0
                    && hasVlan(match.values());
        }
        long[] mask = match.mask().toWords();
        if (prerequisite == Prerequisite.CT) {
            return Fields.CT_STATE.isAnySet(mask);
        }
        if (!Fields.ETH_TYPE.isAllSet(mask)) {
            return false;
        }
        return switch (prerequisite) {
            case TCP, UDP, SCTP, ICMPV4, ICMPV6 ->
                Fields.IP_PROTO.isAllSet(mask) && isIp(match.values()) && layer4(prerequisite, match.values());
            case ND, ND_SOLICIT, ND_ADVERT -> Fields.IP_PROTO.isAllSet(mask) && Fields.ICMPV6_TYPE.isAllSet(mask)
                    && ethType(match.values()) == IPV6 && layer4(prerequisite, match.values());
            default -> network(prerequisite, match.values());
        };
    }

    static int ethType(long[] key) {
        return (int) key[FlowLayout.ETH_DST_TYPE] & 0xffff;
    }

    static boolean isIp(long[] key) {
        int type = ethType(key);
        return type == IPV4 || type == IPV6;
    }

    static boolean isIpv4(long[] key) {
        return ethType(key) == IPV4;
    }

    static boolean isIpv6(long[] key) {
        return ethType(key) == IPV6;
    }

    static boolean isArp(long[] key) {
        return ethType(key) == ARP || ethType(key) == RARP;
    }

    static boolean isMpls(long[] key) {
        return isMplsType(ethType(key));
    }

    static boolean isMplsType(int ethType) {
        return ethType == 0x8847 || ethType == 0x8848;
    }

    static boolean hasVlan(long[] key) {
        return (key[FlowLayout.ETH_SRC_VLAN] & FlowLayout.VLAN_PRESENT) != 0;
    }

    static boolean isLaterFragment(long[] key) {
        return (Fields.IP_FRAG.get(key) & FlowLayout.FRAG_LATER) != 0;
    }

    private static boolean network(Prerequisite prerequisite, long[] key) {
        return switch (prerequisite) {
            case NONE, ETHERNET -> true;
            case ARP -> isArp(key);
            case IPV4 -> isIpv4(key);
            case IPV6 -> isIpv6(key);
            case IP_ANY -> isIp(key);
            case MPLS -> isMpls(key);
            case NSH -> ethType(key) == NSH;
            default -> false;
        };
    }

    private static boolean layer4(Prerequisite prerequisite, long[] key) {
        int protocol = (int) Fields.IP_PROTO.get(key);
        int type = (int) Fields.TCP_SRC.get(key);
        int code = (int) Fields.TCP_DST.get(key);
        return switch (prerequisite) {
            case TCP -> protocol == 6;
            case UDP -> protocol == 17;
            case SCTP -> protocol == 132;
            case ICMPV4 -> protocol == 1 && isIpv4(key);
            case ICMPV6 -> protocol == 58 && isIpv6(key);
            case ND -> protocol == 58 && (type == ND_SOLICIT || type == ND_ADVERT) && code == 0;
            case ND_SOLICIT -> protocol == 58 && type == ND_SOLICIT && code == 0;
            case ND_ADVERT -> protocol == 58 && type == ND_ADVERT && code == 0;
            default -> false;
        };
    }
}
