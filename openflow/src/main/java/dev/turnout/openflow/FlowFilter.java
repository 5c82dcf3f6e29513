package dev.turnout.openflow;

import java.util.List;

import dev.turnout.flow.Match;

/**
 * Which flows a listing, an aggregate or a deletion takes: those in the table, covered by the match (a flow whose match is
 * as specific or more), with the cookie, that output to the port and use the group.
 *
 * @param table
 *            0 to 254, or {@link FlowMod#ALL_TABLES}
 * @param match
 *            flows that this covers
 * @param tunnelMetadata
 *            matches on fields without storage in flow keys
 * @param cookie
 *            compared under {@code cookieMask}
 * @param cookieMask
 *            0: whatever the cookie
 * @param outPort
 *            only flows that output to it, or {@link OfPorts#NONE}
 * @param outGroup
 *            only flows that use it, or {@link FlowMod#ANY_GROUP}
 */
public record FlowFilter(int table, Match match, List<FieldMatch> tunnelMetadata, long cookie, long cookieMask,
        int outPort,
        int outGroup) {
    /** Every flow. */
    public static final FlowFilter ALL = new FlowFilter(FlowMod.ALL_TABLES, Match.ANY, List.of(), 0, 0, OfPorts.NONE,
            FlowMod.ANY_GROUP);

    public FlowFilter {
        tunnelMetadata = List.copyOf(tunnelMetadata);
    }

    /** Whether a flow of this table, cookie and match is taken, as far as these decide. */
    public boolean covers(int flowTable, long flowCookie, Match flow) {
        return (table == FlowMod.ALL_TABLES || table == flowTable) && ((flowCookie ^ cookie) & cookieMask) == 0
                && flow.mask().covers(match.mask()) && match.matches(flow.values());
    }
}
