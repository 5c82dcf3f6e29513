package dev.turnout.openflow;

import java.util.List;

import dev.turnout.flow.Match;

/**
 * A change to the flow tables: OpenFlow's flow-mod. Also what a listing or deletion filters by (see {@link FlowFilter}).
 *
 * @param command
 *            what to do
 * @param table
 *            0 to 254, or {@link #ALL_TABLES}: for an addition table 0, else all
 * @param priority
 *            0 to 65535
 * @param match
 *            what to match; {@code in_port} holds the OpenFlow port number as in {@link OfPorts}
 * @param tunnelMetadata
 *            matches on fields without storage in flow keys
 * @param cookie
 *            the cookie that an added flow gets, and a modified one if {@code modifyCookie}
 * @param modifyCookie
 *            whether the text sets a cookie
 * @param cookieMatch
 *            only flows whose cookie agrees with this in {@code cookieMask} are changed
 * @param cookieMask
 *            0: whatever their cookie
 * @param idleTimeout
 *            seconds without a packet after which the flow goes; 0: never
 * @param hardTimeout
 *            seconds after which the flow goes; 0: never
 * @param importance
 *            the higher, the later the flow is evicted
 * @param flags
 *            bits of {@link FlowFlags}
 * @param outPort
 *            for deletions: only flows that output here, else {@link OfPorts#NONE}
 * @param outGroup
 *            for deletions: only flows that use this group, else {@link #ANY_GROUP}
 * @param actions
 *            actions and instructions, in order of execution
 */
public record FlowMod(FlowCommand command, int table, int priority, Match match, List<FieldMatch> tunnelMetadata,
        long cookie, boolean modifyCookie, long cookieMatch, long cookieMask, int idleTimeout, int hardTimeout,
        int importance, int flags, int outPort, int outGroup, List<OfAction> actions) implements TableMod {
    /** No table named. */
    public static final int ALL_TABLES = 255;
    /** Priority of a flow that names none. */
    public static final int DEFAULT_PRIORITY = 0x8000;
    /** No group named. */
    public static final int ANY_GROUP = -1;

    public FlowMod {
        tunnelMetadata = List.copyOf(tunnelMetadata);
        actions = List.copyOf(actions);
    }

    /** The table that an addition goes to: 0 where it names none. */
    public int tableOfAddition() {
        return table == ALL_TABLES ? 0 : table;
    }

    /** A builder with the defaults of OpenFlow. */
    public static Builder builder(FlowCommand command) {
        return new Builder(command);
    }

    /** A builder with this flow-mod's values. */
    public Builder toBuilder() {
        return new Builder(command).table(table).priority(priority).match(match).tunnelMetadata(tunnelMetadata)
                .cookie(cookie)
                .modifyCookie(modifyCookie).cookieMatch(cookieMatch, cookieMask).idleTimeout(idleTimeout)
                .hardTimeout(hardTimeout)
                .importance(importance).flags(flags).outPort(outPort).outGroup(outGroup).actions(actions);
    }

    public boolean hasFlag(int flag) {
        return (flags & flag) != 0;
    }

    /** What a modification or deletion selects by, besides command and strictness. */
    public FlowFilter filter() {
        return new FlowFilter(table, match, tunnelMetadata, cookieMatch, cookieMask, outPort, outGroup);
    }

    /** A flow-mod in the making. Thread rules: one owner. */
    public static final class Builder {
        private FlowCommand command;
        private int table = ALL_TABLES;
        private int priority = DEFAULT_PRIORITY;
        private Match match = Match.ANY;
        private List<FieldMatch> tunnelMetadata = List.of();
        private long cookie;
        private boolean modifyCookie;
        private long cookieMatch;
        private long cookieMask;
        private int idleTimeout;
        private int hardTimeout;
        private int importance;
        private int flags;
        private int outPort = OfPorts.NONE;
        private int outGroup = ANY_GROUP;
        private List<OfAction> actions = List.of();

        private Builder(FlowCommand command) {
            this.command = command;
        }

        public Builder command(FlowCommand value) {
            command = value;
            return this;
        }

        public Builder table(int value) {
            table = value;
            return this;
        }

        /** The table set so far. */
        public int table() {
            return table;
        }

        public Builder priority(int value) {
            priority = value;
            return this;
        }

        public Builder match(Match value) {
            match = value;
            return this;
        }

        public Builder tunnelMetadata(List<FieldMatch> value) {
            tunnelMetadata = value;
            return this;
        }

        public Builder cookie(long value) {
            cookie = value;
            return this;
        }

        public Builder modifyCookie(boolean value) {
            modifyCookie = value;
            return this;
        }

        public Builder cookieMatch(long value, long mask) {
            cookieMatch = value;
            cookieMask = mask;
            return this;
        }

        public Builder idleTimeout(int seconds) {
            idleTimeout = seconds;
            return this;
        }

        public Builder hardTimeout(int seconds) {
            hardTimeout = seconds;
            return this;
        }

        public Builder importance(int value) {
            importance = value;
            return this;
        }

        public Builder flags(int value) {
            flags = value;
            return this;
        }

        public Builder outPort(int value) {
            outPort = value;
            return this;
        }

        public Builder outGroup(int value) {
            outGroup = value;
            return this;
        }

        public Builder actions(List<OfAction> value) {
            actions = value;
            return this;
        }

        public FlowMod build() {
            return new FlowMod(command, table, priority, match, tunnelMetadata, cookie, modifyCookie, cookieMatch,
                    cookieMask,
                    idleTimeout, hardTimeout, importance, flags, outPort, outGroup, actions);
        }
    }
}
