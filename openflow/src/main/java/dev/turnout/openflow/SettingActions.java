package dev.turnout.openflow;

import dev.turnout.flow.Field;
import dev.turnout.flow.Field.Prerequisite;
import dev.turnout.flow.Fields;
import dev.turnout.openflow.OfAction.SetField;
import org.jspecify.annotations.Nullable;

/** What OpenFlow 1.0's setting actions are called in terms of {@code set_field}. */
final class SettingActions {
    private SettingActions() {
    }

    static @Nullable SetField asSetField(OfAction action, Prerequisite match) {
        return switch (action) {
            case SetField set -> set;
            case OfAction.SetEthSrc(long mac) -> set(Fields.ETH_SRC, mac);
            case OfAction.SetEthDst(long mac) -> set(Fields.ETH_DST, mac);
            case OfAction.SetIpv4Src(int address) -> set(Fields.IPV4_SRC, Integer.toUnsignedLong(address));
            case OfAction.SetIpv4Dst(int address) -> set(Fields.IPV4_DST, Integer.toUnsignedLong(address));
            case OfAction.SetIpDscp(int tos) -> set(Fields.IP_DSCP, tos >> 2);
            case OfAction.SetIpEcn(int ecn) -> set(Fields.IP_ECN, ecn);
            case OfAction.SetIpTtl(int ttl) -> set(Fields.NW_TTL, ttl);
            case OfAction.SetL4Src(int port) -> setPort(match, port, Fields.TCP_SRC, Fields.UDP_SRC, Fields.SCTP_SRC);
            case OfAction.SetL4Dst(int port) -> setPort(match, port, Fields.TCP_DST, Fields.UDP_DST, Fields.SCTP_DST);
            case OfAction.SetMplsLabel(int label) -> set(Fields.MPLS_LABEL, label);
            case OfAction.SetMplsTc(int tc) -> set(Fields.MPLS_TC, tc);
            case OfAction.SetMplsTtl(int ttl) -> set(Fields.MPLS_TTL, ttl);
            case OfAction.SetTunnel(long id, boolean wide) -> set(Fields.TUN_ID, id);
            default -> null;
        };
    }

    private static SetField set(Field field, long value) {
        return new SetField(field, FieldValue.of(value));
    }

    private static @Nullable SetField setPort(Prerequisite match, int port, Field tcp, Field udp, Field sctp) {
        return switch (match) {
            case TCP -> set(tcp, port);
            case UDP -> set(udp, port);
            case SCTP -> set(sctp, port);
            default -> null;
        };
    }
}
