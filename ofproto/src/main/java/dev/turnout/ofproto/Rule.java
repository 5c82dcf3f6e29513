package dev.turnout.ofproto;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.List;

import dev.turnout.ofproto.classifier.ClassifierRule;
import dev.turnout.ofproto.classifier.Clauses;
import dev.turnout.openflow.FlowCommand;
import dev.turnout.openflow.FlowFlags;
import dev.turnout.openflow.FlowMod;
import dev.turnout.openflow.FlowStats;
import dev.turnout.openflow.OfAction;

/**
 * A flow in a table. Immutable but for its counters, versions, the time of its last change and what {@code fin_timeout} makes of its timeouts: a
 * modification replaces it, learning it again refreshes it. A table may have a million, so what rules have in common is shared: masks by the
 * classifier, lists of actions by {@link RuleTables#shared}.
 *
 * <p>Thread rules: as {@link ClassifierRule}; {@link #refresh} by any thread.
 */
final class Rule extends ClassifierRule {
    private static final long NS_PER_SECOND = 1_000_000_000L;
    private static final VarHandle MODIFIED;

    static {
        try {
            MODIFIED = MethodHandles.lookup().findVarHandle(Rule.class, "modifiedNs", long.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private final short table;
    /** Seconds, 0 for none; volatile: what fin_timeout shortens is seen by whoever looks for what is over. */
    private volatile char idleTimeout;
    private volatile char hardTimeout;
    private final char importance;
    private final byte flags;
    private final boolean timed;
    private final long cookie;
    private final long createdNs;
    /** When it was made, changed, or learned again; grows only; by MODIFIED. */
    @SuppressWarnings("unused")
    private long modifiedNs;
    private final boolean conjunctive;
    private final List<OfAction> actions;
    private final RuleStats stats;

    /** The flow that an addition makes. */
    Rule(FlowMod mod, int table, List<OfAction> actions, long version, long nowNs) {
        super(mod.match(), mod.priority(), version);
        this.table = (short) table;
        idleTimeout = (char) mod.idleTimeout();
        hardTimeout = (char) mod.hardTimeout();
        importance = (char) mod.importance();
        flags = (byte) mod.flags();
        cookie = mod.cookie();
        createdNs = nowNs;
        modifiedNs = nowNs;
        this.actions = actions;
        timed = isTimed();
        conjunctive = isConjunctive(actions);
        stats = newStats(nowNs);
    }

    /** What a modification makes of a flow. */
    Rule(Rule old, FlowMod mod, List<OfAction> actions, boolean keepCounts, long version, long nowNs) {
        super(old.match(), old.priority(), version);
        table = old.table;
        idleTimeout = old.idleTimeout;
        hardTimeout = old.hardTimeout;
        importance = old.importance;
        flags = old.flags;
        cookie = mod.modifyCookie() ? mod.cookie() : old.cookie;
        createdNs = old.createdNs;
        modifiedNs = nowNs;
        this.actions = actions;
        timed = isTimed();
        conjunctive = isConjunctive(actions);
        stats = keepCounts ? old.stats : newStats(nowNs);
    }

    private boolean isTimed() {
        return idleTimeout != 0 || hardTimeout != 0
                || NestedActions.any(actions, OfAction.FinTimeout.class::isInstance);
    }

    private RuleStats newStats(long nowNs) {
        return (flags & FlowFlags.SEND_FLOW_REM) != 0 ? new ReportedStats(nowNs) : new RuleStats(nowNs);
    }

    private static boolean isConjunctive(List<OfAction> actions) {
        for (int i = 0; i < actions.size(); i++) {
            if (actions.get(i) instanceof OfAction.Conjunction) {
                return true;
            }
        }
        return false;
    }

    @Override
    protected boolean isConjunctive() {
        return conjunctive;
    }

    @Override
    protected void addClauses(Clauses clauses) {
        for (int i = 0; i < actions.size(); i++) {
            if (actions.get(i) instanceof OfAction.Conjunction(int id, int clause, int of)) {
                clauses.add(id, clause, of);
            }
        }
    }

    int table() {
        return table;
    }

    long modifiedNs() {
        return (long) MODIFIED.getOpaque(this);
    }

    /** Starts the hard timeout anew, as of this time. */
    void refresh(long atNs) {
        long former = modifiedNs();
        while (atNs - former > 0 && !MODIFIED.weakCompareAndSet(this, former, atNs)) {
            former = modifiedNs();
        }
    }

    long cookie() {
        return cookie;
    }

    List<OfAction> actions() {
        return actions;
    }

    RuleStats stats() {
        return stats;
    }

    /** Whether it may expire: it has a timeout, or an action that may give it one. Never changes. */
    boolean hasTimeout() {
        return timed;
    }

    /** Makes the timeouts at most so many seconds each; 0 leaves one as it is. Returns whether that changes one: {@link RuleTables#shortenTimeouts}. */
    synchronized boolean shortenTimeouts(int idleSeconds, int hardSeconds) {
        char idle = shorter(idleTimeout, idleSeconds);
        char hard = shorter(hardTimeout, hardSeconds);
        boolean changes = idle != idleTimeout || hard != hardTimeout;
        idleTimeout = idle;
        hardTimeout = hard;
        return changes;
    }

    private static char shorter(char timeout, int most) {
        return most != 0 && (timeout == 0 || timeout > most) ? (char) most : timeout;
    }

    int importance() {
        return importance;
    }

    /** When it expires unless a packet comes, or {@link Long#MAX_VALUE} if it never does. */
    long expiresNs() {
        long idle = idleTimeout;
        long hard = hardTimeout;
        long idleNs = idle == 0 ? Long.MAX_VALUE : stats.usedNs() + idle * NS_PER_SECOND;
        long hardNs = hard == 0 ? Long.MAX_VALUE : modifiedNs() + hard * NS_PER_SECOND;
        return Math.min(idleNs, hardNs);
    }

    /** Whether this is a table-miss flow: priority 0, matches everything. */
    boolean isTableMiss() {
        return priority() == 0 && mask().wordCount() == 0;
    }

    /** Whether the flow's time is over, with the counters known up to {@code creditedNs}. */
    boolean isExpired(long nowNs, long creditedNs) {
        return isOver(nowNs) || (idleTimeout != 0 && creditedNs - stats.usedNs() >= idleTimeout * NS_PER_SECOND);
    }

    /** Whether the hard timeout is over. */
    boolean isOver(long nowNs) {
        return hardTimeout != 0 && nowNs - modifiedNs() >= hardTimeout * NS_PER_SECOND;
    }

    /** Whether the flow-mod would give the flow the cookie, timeouts and importance that it has. */
    boolean isLike(FlowMod mod) {
        return cookie == mod.cookie() && idleTimeout == mod.idleTimeout() && hardTimeout == mod.hardTimeout()
                && importance == mod.importance();
    }

    /** Whether actions or cookie are others than those of a flow in the same place. */
    boolean differs(Rule other) {
        return cookie != other.cookie || !actions.equals(other.actions);
    }

    /** An addition that would make this flow. */
    FlowMod toAddition() {
        return FlowMod.builder(FlowCommand.ADD).table(table).priority(priority()).match(match()).cookie(cookie)
                .idleTimeout(idleTimeout).hardTimeout(hardTimeout).importance(importance).flags(flags)
                .actions(actions).build();
    }

    FlowStats toStats(long nowNs) {
        long changedNs = modifiedNs();
        int hardAge = changedNs == createdNs ? -1 : seconds(nowNs - changedNs);
        return new FlowStats(table, priority(), match(), List.of(), cookie, nowNs - createdNs, stats.packets(),
                stats.bytes(), idleTimeout,
                hardTimeout, importance, flags, seconds(nowNs - stats.usedNs()), hardAge, actions);
    }

    private static int seconds(long ns) {
        return (int) Math.max(0, Math.min(Integer.MAX_VALUE, ns / NS_PER_SECOND));
    }
}
