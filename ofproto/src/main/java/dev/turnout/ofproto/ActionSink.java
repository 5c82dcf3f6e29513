package dev.turnout.ofproto;

import java.util.ArrayList;
import java.util.List;

import dev.turnout.flow.DpAction;
import org.jspecify.annotations.Nullable;

/**
 * The datapath actions of a translation in the making, with those nested in others, and what they have made of the datapath's packet so far ({@link
 * Committer}).
 *
 * <p>Thread rules: one owner.
 */
final class ActionSink {
    /** How deep datapath actions may be nested in others: no datapath takes more. */
    static final int MAX_NESTING = 16;
    /** An action counts as so many of the 65536 bytes that actions may have. */
    private static final int ACTION_BYTES = 16;
    static final int MAX_ACTIONS = 65536 / ACTION_BYTES;

    private final Committer committer = new Committer();
    private List<DpAction> out = new ArrayList<>();
    /** Actions beside {@link #out}: in the lists around it, and in lists that are done and nested in it. */
    private int elsewhere;
    private int nesting;
    private boolean tooDeep;
    /** Where {@link #apart} last put something on a copy, in the outermost list; -1 if nowhere. */
    private int apartAt = -1;
    private @Nullable Integer hashBasis;
    private int hashes;

    /** Begins with a packet as the datapath has it; {@code basis} is that of the hash that it carries, null if it carries none. */
    void begin(FlowState flow, @Nullable Integer basis) {
        committer.begin(flow);
        hashBasis = basis;
    }

    /** Forgets all actions. */
    void clear() {
        out = new ArrayList<>();
        elsewhere = 0;
        nesting = 0;
        tooDeep = false;
        apartAt = -1;
    }

    List<DpAction> actions() {
        if (apartAt >= 0 && apartAt == out.size() - 1
                && out.get(apartAt) instanceof DpAction.Clone(List<DpAction> last)) {
            // Nothing came after it: no copy is needed.
            List<DpAction> whole = new ArrayList<>(out.subList(0, apartAt));
            whole.addAll(last);
            return whole;
        }
        return out;
    }

    /** Emits what brings the datapath's packet up to the pipeline's. */
    void commit(FlowState flow) {
        committer.commit(flow, out);
    }

    void emit(DpAction action) {
        out.add(action);
        tooDeep |= nesting == MAX_NESTING && hasNested(action);
        if (action instanceof DpAction.Hash(int basis)) {
            hashBasis = basis;
            hashes++;
        }
    }

    /** Basis of the hash that the datapath's packet carries after the actions so far; null if it carries none. */
    @Nullable
    Integer hashBasis() {
        return hashBasis;
    }

    /** How often the datapath has hashed the packet so far. */
    int hashes() {
        return hashes;
    }

    /** Forgets the hash if the packet was hashed since: as another bridge, or a bucket, had it, which is over. */
    void loseHashSince(int former) {
        if (hashes != former) {
            hashBasis = null;
        }
    }

    /** Whether there are more actions than there may be. */
    boolean isTooLong() {
        return elsewhere + out.size() > MAX_ACTIONS;
    }

    /** Whether no actions may be nested in those at hand. */
    boolean isDeepest() {
        return nesting == MAX_NESTING;
    }

    /** Whether actions are nested too deep. */
    boolean isTooDeep() {
        return tooDeep;
    }

    /**
     * Collects the actions that {@code body} emits in a list of their own, for an action that has them nested and executes them on a copy. What they made
     * of the datapath's packet is undone. Not where {@link #isDeepest}.
     */
    List<DpAction> nested(Runnable body) {
        List<DpAction> around = out;
        Committer base = committer.copy();
        Integer basis = hashBasis;
        int hashed = hashes;
        List<DpAction> list = new ArrayList<>();
        elsewhere += around.size();
        out = list;
        nesting++;
        body.run();
        nesting--;
        out = around;
        elsewhere += list.size() - around.size();
        committer.restore(base);
        hashBasis = basis;
        hashes = hashed;
        return list;
    }

    /** Emits what {@code body} does, on a copy if a meter there may drop the packet. */
    void apart(Runnable body) {
        int start = out.size();
        Committer base = committer.copy();
        body.run();
        List<DpAction> tail = out.subList(start, out.size());
        if (tail.stream().anyMatch(DpAction.Meter.class::isInstance)) {
            List<DpAction> copied = List.copyOf(tail);
            tail.clear();
            elsewhere += copied.size();
            committer.restore(base);
            tooDeep |= nesting + depth(copied) >= MAX_NESTING;
            emit(new DpAction.Clone(copied));
            apartAt = nesting == 0 ? out.size() - 1 : apartAt;
        }
    }

    /** How deep lists are nested in this one. */
    private static int depth(List<DpAction> actions) {
        int deepest = 0;
        for (DpAction action : actions) {
            int inner = switch (action) {
                case DpAction.Clone(List<DpAction> nested) -> 1 + depth(nested);
                case DpAction.Sample(int _, List<DpAction> nested) -> 1 + depth(nested);
                case DpAction.CheckPktLen check -> 1 + Math.max(depth(check.greater()), depth(check.lessEqual()));
                default -> 0;
            };
            deepest = Math.max(deepest, inner);
        }
        return deepest;
    }

    /** Emits what {@link #nested} collected, as it is where it changes nothing of the datapath's packet, else as actions on a copy. */
    void emitOnCopy(List<DpAction> nested) {
        if (nested.stream().allMatch(ActionSink::leavesPacketAlone)) {
            out.addAll(nested);
            elsewhere -= nested.size();
        } else {
            emit(new DpAction.Clone(nested));
        }
    }

    /** Emits one of two lists that {@link #nested} collected, by the frame's length. */
    void emitByLength(int length, List<DpAction> greater, List<DpAction> lessEqual) {
        if (greater.equals(lessEqual)) {
            elsewhere -= lessEqual.size();
            emitOnCopy(greater);
        } else {
            emit(new DpAction.CheckPktLen(length, greater, lessEqual));
        }
    }

    /** Whether an action leaves the datapath's packet as it is. */
    private static boolean leavesPacketAlone(DpAction action) {
        return action instanceof DpAction.Output || action instanceof DpAction.Userspace
                || action instanceof DpAction.Recirc || action instanceof DpAction.Clone
                || action instanceof DpAction.Sample || action instanceof DpAction.CheckPktLen;
    }

    private static boolean hasNested(DpAction action) {
        return action instanceof DpAction.Clone || action instanceof DpAction.Sample
                || action instanceof DpAction.CheckPktLen;
    }
}
