package dev.turnout.ofproto;

import java.util.List;

import dev.turnout.flow.DpAction;
import dev.turnout.flow.Fields;
import dev.turnout.openflow.FlowMod;
import dev.turnout.openflow.GroupBucket;
import dev.turnout.openflow.GroupSelection;
import dev.turnout.openflow.OfPorts;
import org.jspecify.annotations.Nullable;

/**
 * What the {@code group} action does: chooses buckets and has each executed as an action set on a copy of the packet.
 *
 * <p><b>The megaflow rule.</b> What is hashed is looked at. What a port's or group's liveness decides depends on no bit of the packet, but on the ports
 * and groups, of which every change makes translations stale.
 *
 * <p><b>Hash in the datapath.</b> With {@code dp_hash} the first translation lets the datapath hash and recirculate, and stops at the group; the second
 * one begins there and looks at as many bits of the hash as there are slots. So all connections share one megaflow before the group and a few behind it.
 *
 * <p>Thread rules: belongs to its {@link XlateContext}.
 */
final class GroupExecution {
    /** Groups that watch each other's buckets deeper than this are dead. */
    private static final int MAX_WATCH_DEPTH = 128;
    /** All buckets, in what is credited. */
    static final int EVERY_BUCKET = -1;
    private static final int NO_BUCKET = -1;

    private final XlateContext ctx;

    GroupExecution(XlateContext ctx) {
        this.ctx = ctx;
    }

    void execute(int number) {
        Group group = ctx.group(number);
        if (group == null) {
            ctx.note("no such group");
            return;
        }
        List<Group.Bucket> buckets = group.buckets();
        switch (group.type()) {
            case ALL -> {
                ctx.cache().group(ctx.bridge(), group, EVERY_BUCKET);
                for (int i = 0; i < buckets.size() && !ctx.isDropped(); i++) {
                    run(group, i);
                }
            }
            case INDIRECT -> runAndCredit(group, buckets.isEmpty() ? NO_BUCKET : 0);
            case FAST_FAILOVER -> runAndCredit(group, firstLive(group, 0));
            case SELECT -> select(group);
        }
    }

    private void runAndCredit(Group group, int bucket) {
        if (bucket == NO_BUCKET) {
            ctx.note("no live bucket");
            return;
        }
        ctx.cache().group(ctx.bridge(), group, bucket);
        run(group, bucket);
    }

    private void run(Group group, int bucket) {
        Group.Bucket chosen = group.buckets().get(bucket);
        ctx.chose(group, chosen);
        if (!chosen.ordered().isEmpty() && ctx.mayResubmit()) {
            ctx.copies.bucket(chosen.ordered());
        }
    }

    // --- select --------------------------------------------------------------------------------------------------------------------------

    private void select(Group group) {
        GroupSelection selection = group.selection();
        if (!selection.method().equals(GroupSelection.DP_HASH) || group.slots().isEmpty()) {
            long hashed = FlowHash.of(ctx.flow, selection);
            runAndCredit(group, heaviest(group, hashed));
            return;
        }
        int basis = (int) selection.parameter();
        if (!ctx.hasHash(basis)) {
            ctx.recirculation.hash(new DpAction.Hash(basis));
            return;
        }
        HashSlots slots = group.slots();
        ctx.flow.wildcards.lookAt(Fields.DP_HASH.word(), (long) slots.mask() << Fields.DP_HASH.shift());
        int slot = (int) Fields.DP_HASH.get(ctx.flow.words) & slots.mask();
        runAndCredit(group, firstLive(group, slots, slot));
    }

    /** The bucket of the slot, or of the first after it whose bucket lives. */
    private int firstLive(Group group, HashSlots slots, int slot) {
        for (int i = 0; i < slots.size(); i++) {
            int bucket = slots.bucket(slot + i);
            if (isLive(group.buckets().get(bucket).given(), 0)) {
                return bucket;
            }
        }
        return NO_BUCKET;
    }

    /** Weighted rendezvous hashing: each bucket draws a number by hash and weight, the best wins; so a bucket that dies moves its own flows only. */
    private int heaviest(Group group, long hashed) {
        int best = NO_BUCKET;
        double bestScore = Double.POSITIVE_INFINITY;
        for (int i = 0; i < group.buckets().size(); i++) {
            GroupBucket bucket = group.buckets().get(i).given();
            if (bucket.weight() > 0 && isLive(bucket, 0)) {
                double score = draw(hashed, bucket.id()) / bucket.weight();
                if (score < bestScore) {
                    bestScore = score;
                    best = i;
                }
            }
        }
        return best;
    }

    /** A draw from the exponential distribution with mean 1: divided by weights, the least of such draws falls to each in proportion to its weight. */
    static double draw(long hash, int bucketId) {
        double uniform = ((FlowHash.finish(FlowHash.mix(hash, bucketId)) >>> 11) + 1) * 0x1.0p-53;
        return -Math.log(uniform);
    }

    // --- liveness ------------------------------------------------------------------------------------------------------------------------

    private int firstLive(Group group, int depth) {
        for (int i = 0; i < group.buckets().size(); i++) {
            if (isLive(group.buckets().get(i).given(), depth)) {
                return i;
            }
        }
        return NO_BUCKET;
    }

    /** A bucket that watches nothing lives; else one of what it watches must. */
    private boolean isLive(GroupBucket bucket, int depth) {
        if (!bucket.watches()) {
            return true;
        }
        return (bucket.watchPort() != OfPorts.NONE && ctx.portOutput.isLive(bucket.watchPort()))
                || (bucket.watchGroup() != FlowMod.ANY_GROUP && isGroupLive(bucket.watchGroup(), depth + 1));
    }

    private boolean isGroupLive(int number, int depth) {
        @Nullable
        Group group = depth > MAX_WATCH_DEPTH ? null : ctx.group(number);
        return group != null && firstLive(group, depth) != NO_BUCKET;
    }
}
