package dev.turnout.ofproto;

import java.util.function.IntPredicate;

import dev.turnout.flow.Fields;
import dev.turnout.ofproto.classifier.Wildcards;
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
}
