package dev.turnout.ofproto;

import java.util.ArrayList;
import java.util.List;

import dev.turnout.flow.Field;
import dev.turnout.flow.Fields;
import dev.turnout.flow.Match;
import dev.turnout.openflow.FieldValue;
import dev.turnout.openflow.FlowCommand;
import dev.turnout.openflow.FlowMod;
import dev.turnout.openflow.FlowParser;
import dev.turnout.openflow.OfAction;
import dev.turnout.openflow.OfError;
import dev.turnout.openflow.PortNames;
import dev.turnout.openflow.Protocols;

/**
 * What flows of a bridge can be, the same in all of its tables. What is said of actions is what {@link ActionChecker} says when it is asked, so it cannot
 * differ from what flows are refused for.
 *
 * @param instructions
 *            names, in the order of OpenFlow
 * @param applyActions
 *            names of OpenFlow's own actions that flows may have
 * @param writeActions
 *            those that an action set may have
 * @param setFields
 *            fields that {@code set_field} may change
 * @param maskedFields
 *            fields that can be matched under any mask
 * @param exactFields
 *            other fields that can be matched
 */
public record TableFeatures(List<String> instructions, List<String> applyActions, List<String> writeActions,
        List<Field> setFields, List<Field> maskedFields, List<Field> exactFields) {

    private record Sample(String name, String match, String text) {
    }

    private static final List<Sample> INSTRUCTIONS = List.of(new Sample("meter", "", "meter:1"),
            new Sample("apply_actions", "", "output:1"), new Sample("clear_actions", "", "clear_actions"),
            new Sample("write_actions", "", "write_actions(output:1)"),
            new Sample("write_metadata", "", "write_metadata:1"), new Sample("goto_table", "", "goto_table:1"));

    private static final List<Sample> ACTIONS = List.of(new Sample("output", "", "output:1"),
            new Sample("group", "", "group:1"), new Sample("set_field", "ip", "set_field:1.2.3.4->ip_src"),
            new Sample("strip_vlan", "dl_vlan=1", "strip_vlan"), new Sample("push_vlan", "", "push_vlan:0x8100"),
            new Sample("mod_nw_ttl", "ip", "mod_nw_ttl:1"), new Sample("dec_ttl", "ip", "dec_ttl"),
            new Sample("set_mpls_ttl", "mpls", "set_mpls_ttl:1"), new Sample("dec_mpls_ttl", "mpls", "dec_mpls_ttl"),
            new Sample("push_mpls", "", "push_mpls:0x8847"), new Sample("pop_mpls", "mpls", "pop_mpls:0x0800"),
            new Sample("set_queue", "", "set_queue:1"));

    /** For each field there is one of these that has what the field needs. */
    private static final List<String> MATCHES = List.of("", "dl_vlan=1", "ip", "ipv6", "arp", "mpls", "tcp", "udp",
            "sctp", "icmp", "icmp6", "icmp6,icmp_type=135,icmp_code=0", "icmp6,icmp_type=136,icmp_code=0",
            "dl_type=0x894f");

    static TableFeatures of(Facilities facilities) {
        List<Field> settable = new ArrayList<>();
        List<Field> masked = new ArrayList<>();
        List<Field> exact = new ArrayList<>();
        List<Match> matches = MATCHES.stream().map(match -> flow(match, "drop").match()).toList();
        for (Field field : Fields.all()) {
            if (!field.isStored() || field.longNames().isEmpty()) {
                continue;
            }
            (field.maskable() ? masked : exact).add(field);
            List<OfAction> set = List.of(new OfAction.SetField(field, FieldValue.of(0)));
            if (matches.stream().anyMatch(match -> isPossible(set, match, facilities))) {
                settable.add(field);
            }
        }
        return new TableFeatures(possible(INSTRUCTIONS, facilities, false), possible(ACTIONS, facilities, false),
                possible(ACTIONS, facilities, true), settable, masked, exact);
    }

    private static List<String> possible(List<Sample> samples, Facilities facilities, boolean written) {
        return samples.stream().filter(sample -> {
            FlowMod flow = flow(sample.match, sample.text);
            List<OfAction> actions = written ? List.of(new OfAction.WriteActions(flow.actions())) : flow.actions();
            return isPossible(actions, flow.match(), facilities);
        }).map(Sample::name).toList();
    }

    private static FlowMod flow(String match, String actions) {
        return FlowParser.parseFlowMod(match + ",actions=" + actions, FlowCommand.ADD, PortNames.NONE, Protocols.ANY);
    }

    private static boolean isPossible(List<OfAction> actions, Match match, Facilities facilities) {
        try {
            ActionChecker.check(actions, match, 0, facilities);
            return true;
        } catch (FlowModException e) {
            // Whether a meter is there is not the question.
            return e.error() == OfError.OFPMMFC_UNKNOWN_METER;
        }
    }
}
