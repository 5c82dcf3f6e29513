package dev.turnout.ofproto;

import java.util.List;
import java.util.function.IntPredicate;

import dev.turnout.flow.Fields;
import dev.turnout.ofproto.classifier.Wildcards;
import dev.turnout.openflow.GroupBucket;
import dev.turnout.openflow.GroupMod;
import dev.turnout.openflow.OfAction;

/** What the switch's hashes come to, for the model: which fields they take in and how they choose is checked elsewhere. */
public final class HashOracle {
    private HashOracle() {
    }

    private static int hash(long[] packet, OfAction.HashFields fields, int basis) {
        FlowState flow = new FlowState();
        flow.begin(packet, (int) Fields.IN_PORT.get(packet), new Wildcards());
        return FlowHash.of(flow, fields, basis);
    }

    /** The link that a packet takes. */
    public static int link(long[] packet, OfAction.Multipath multipath) {
        return HashedChoice.link(hash(packet, multipath.fields(), multipath.basis()), multipath);
    }

    /** The index of the member that a packet takes, or -1. */
    public static int member(long[] packet, OfAction.Bundle bundle, IntPredicate alive) {
        return HashedChoice.heaviest(hash(packet, bundle.fields(), bundle.basis()), bundle.members().size(), alive);
    }

    /** The index of the bucket of a select group that a packet takes by a hash of the slow path, or -1. */
    public static int bucket(long[] packet, GroupMod group, IntPredicate alive) {
        FlowState flow = new FlowState();
        flow.begin(packet, (int) Fields.IN_PORT.get(packet), new Wildcards());
        long hashed = FlowHash.of(flow, group.selection());
        int best = -1;
        double bestScore = Double.POSITIVE_INFINITY;
        for (int i = 0; i < group.buckets().size(); i++) {
            GroupBucket bucket = group.buckets().get(i);
            double score = GroupExecution.draw(hashed, bucket.id()) / bucket.weight();
            if (bucket.weight() > 0 && alive.test(i) && score < bestScore) {
                best = i;
                bestScore = score;
            }
        }
        return best;
    }

    /** Whether a datapath's hash can choose among buckets. */
    public static boolean hasSlots(List<GroupBucket> buckets) {
        return !HashSlots.of(buckets).isEmpty();
    }

    /** The index of the bucket that a packet takes by a hash of the datapath, or -1. */
    public static int bucket(List<GroupBucket> buckets, int dpHash, IntPredicate alive) {
        HashSlots slots = HashSlots.of(buckets);
        for (int i = 0; i < slots.size(); i++) {
            int bucket = slots.bucket(dpHash + i);
            if (alive.test(bucket)) {
                return bucket;
            }
        }
        return -1;
    }
}
