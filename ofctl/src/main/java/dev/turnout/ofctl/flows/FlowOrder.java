package dev.turnout.ofctl.flows;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;

import dev.turnout.flow.Field;
import dev.turnout.flow.Fields;
import dev.turnout.flow.FlowLayout;
import dev.turnout.flow.Match;
import dev.turnout.ofctl.CliException;
import dev.turnout.ofctl.OptionParser;
import dev.turnout.openflow.FlowStats;
import org.jspecify.annotations.Nullable;

/**
 * The order of {@code --sort} and {@code --rsort}: by priority or by a field's value. Flows that do not match on the field
 * come last either way, flows that are equal stay in the order of the tables.
 */
final class FlowOrder implements Comparator<FlowStats> {
    static final String SORT = "sort";
    static final String RSORT = "rsort";

    private static final int ETH_IPV4 = 0x0800;
    private static final int ETH_ARP = 0x0806;
    private static final int ETH_RARP = 0x8035;
    private static final int ETH_IPV6 = 0x86dd;
    private static final int ETH_MPLS = 0x8847;
    private static final int ETH_MPLS_MULTICAST = 0x8848;
    private static final int ETH_NSH = 0x894f;
    private static final int ICMP = 1;
    private static final int TCP = 6;
    private static final int UDP = 17;
    private static final int ICMPV6 = 58;
    private static final int SCTP = 132;
    private static final int SOLICITATION = 135;
    private static final int ADVERTISEMENT = 136;

    private record Criterion(@Nullable Field field, boolean descending) {
    }

    private final List<Criterion> criteria;

    private FlowOrder(List<Criterion> criteria) {
        this.criteria = criteria;
    }

    static FlowOrder of(OptionParser.Result options) {
        List<Criterion> criteria = new ArrayList<>();
        for (Map.Entry<String, List<String>> option : options.values().entrySet()) {
            boolean descending = option.getKey().equals(RSORT);
            if (descending || option.getKey().equals(SORT)) {
                option.getValue().forEach(name -> criteria.add(new Criterion(field(name), descending)));
            }
        }
        return new FlowOrder(criteria);
    }

    private static @Nullable Field field(String name) {
        if (name.isEmpty() || name.equals("priority")) {
            return null;
        }
        Field field = Fields.byName(name);
        if (field == null) {
            throw new CliException(name + ": unknown field name");
        }
        if (!field.isStored()) {
            throw new CliException(name + ": sorting by this field is not supported");
        }
        return field;
    }

    boolean isEmpty() {
        return criteria.isEmpty();
    }

    @Override
    public int compare(FlowStats a, FlowStats b) {
        for (Criterion criterion : criteria) {
            Field field = criterion.field();
            int result;
            if (field == null) {
                result = Integer.compare(a.priority(), b.priority());
            } else {
                boolean inA = isMatched(field, a.match());
                if (inA != isMatched(field, b.match())) {
                    return inA ? -1 : 1;
                }
                result = inA ? compare(field, a.match().values(), b.match().values()) : 0;
            }
            if (result != 0) {
                return criterion.descending() ? -result : result;
            }
        }
        return 0;
    }

    private static int compare(Field field, long[] a, long[] b) {
        for (int i = 0; i < field.wordCount(); i++) {
            int word = field.word() + i;
            int result = Long.compareUnsigned(a[word] & field.wordMask(i), b[word] & field.wordMask(i));
            if (result != 0) {
                return result;
            }
        }
        return 0;
    }

    private static boolean isMatched(Field field, Match match) {
        return field.isAnySet(match.mask().toWords()) && isMeaningful(field.prerequisite(), match.values());
    }

    /** Whether the match is on packets that have the field: some fields share their place in the key. */
    private static boolean isMeaningful(Field.Prerequisite prerequisite, long[] values) {
        int type = (int) Fields.ETH_TYPE.get(values);
        int protocol = (int) Fields.IP_PROTO.get(values);
        boolean ip = type == ETH_IPV4 || type == ETH_IPV6;
        int icmp = (int) Fields.ICMPV6_TYPE.get(values);
        boolean icmpv6 = type == ETH_IPV6 && protocol == ICMPV6;
        return switch (prerequisite) {
            case NONE, ETHERNET, CT -> true;
            case VLAN_VID -> (Fields.VLAN_TCI.get(values) & FlowLayout.VLAN_PRESENT) != 0;
            case ARP -> type == ETH_ARP || type == ETH_RARP;
            case IPV4 -> type == ETH_IPV4;
            case IPV6 -> type == ETH_IPV6;
            case IP_ANY -> ip;
            case MPLS -> type == ETH_MPLS || type == ETH_MPLS_MULTICAST;
            case TCP -> ip && protocol == TCP;
            case UDP -> ip && protocol == UDP;
            case SCTP -> ip && protocol == SCTP;
            case ICMPV4 -> type == ETH_IPV4 && protocol == ICMP;
            case ICMPV6 -> icmpv6;
            case ND -> icmpv6 && (icmp == SOLICITATION || icmp == ADVERTISEMENT);
            case ND_SOLICIT -> icmpv6 && icmp == SOLICITATION;
            case ND_ADVERT -> icmpv6 && icmp == ADVERTISEMENT;
            case NSH -> type == ETH_NSH;
        };
    }
}
