package dev.turnout.openflow;

import java.util.List;

import dev.turnout.flow.Match;

/**
 * One flow with its counters, as a listing prints it.
 *
 * @param table
 *            the table that it is in
 * @param priority
 *            0 to 65535
 * @param match
 *            what it matches
 * @param tunnelMetadata
 *            matches on fields without storage in flow keys
 * @param cookie
 *            the cookie
 * @param durationNs
 *            its age
 * @param packets
 *            packets that took it, or -1 if unknown
 * @param bytes
 *            their bytes, or -1 if unknown
 * @param idleTimeout
 *            seconds, 0 for none
 * @param hardTimeout
 *            seconds, 0 for none
 * @param importance
 *            0 for none
 * @param flags
 *            bits of {@link FlowFlags}
 * @param idleAgeSeconds
 *            seconds since its last packet, or -1 if unknown
 * @param hardAgeSeconds
 *            seconds since its last change, or -1 if unknown or never changed
 * @param actions
 *            actions and instructions
 */
public record FlowStats(int table, int priority, Match match, List<FieldMatch> tunnelMetadata, long cookie,
        long durationNs,
        long packets, long bytes, int idleTimeout, int hardTimeout, int importance, int flags, int idleAgeSeconds,
        int hardAgeSeconds, List<OfAction> actions) {
    public FlowStats {
        tunnelMetadata = List.copyOf(tunnelMetadata);
        actions = List.copyOf(actions);
    }
}
