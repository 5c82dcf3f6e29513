package dev.turnout.ofproto;

import java.util.List;
import java.util.function.IntPredicate;

import dev.turnout.openflow.FieldValue;
import dev.turnout.openflow.OfAction;
import dev.turnout.openflow.OfError;
import dev.turnout.openflow.OfPorts;
import dev.turnout.openflow.Subfield;
import org.jspecify.annotations.Nullable;

/**
 * {@code multipath} and {@code bundle}: choosing one of several by a hash of the packet.
 *
 * <p>Highest random weight (hrw) gives each choice a weight made of the hash and its number: where a choice goes, only what it had goes elsewhere.
 * {@code hash_threshold} gives each an equal range of hashes, {@code modulo_n} the remainder. {@code iter_hash} takes the remainder by a number
 * that is at least the number of links, and hashes again until it names a link, so that few flows move when the number of links changes.
 *
 * <p>Thread rules: stateless.
 */
final class HashedChoice {
    /** Beyond so many links, highest random weight would cost too much, and the remainder is taken. */
    private static final int MAX_HRW_LINKS = 64;
    private static final int MIN_BUNDLE_BITS = 16;
    /** Each misses with a probability of at most a half. */
    private static final int MAX_ITERATIONS = 64;

    private HashedChoice() {
    }

    // --- checks --------------------------------------------------------------------------------------------------------------------------

    /** Refuses a bundle whose members or destination cannot be. */
    static void check(OfAction.Bundle bundle) {
        for (int member : bundle.members()) {
            boolean possible = (member >= 0 && member < OfPorts.MAX)
                    || (member >= OfPorts.IN_PORT && member <= OfPorts.NONE && member != OfPorts.CONTROLLER);
            if (!possible) {
                throw new FlowModException(OfError.OFPBAC_BAD_OUT_PORT,
                        "bundle: member " + member + ": no port that a bundle can have");
            }
        }
        Subfield destination = bundle.destination();
        if (destination != null && destination.bits() < MIN_BUNDLE_BITS) {
            throw new FlowModException(OfError.OFPBAC_BAD_ARGUMENT,
                    "bundle_load: " + destination + ": at least 16 bits expected");
        }
    }

    /** Refuses a destination that cannot hold the number of every link. */
    static void check(OfAction.Multipath multipath) {
        int bits = multipath.destination().bits();
        if (multipath.maxLink() < 0 || multipath.maxLink() > 0xffff
                || (bits < 16 && multipath.maxLink() >= 1 << bits)) {
            throw new FlowModException(OfError.OFPBAC_BAD_ARGUMENT, "multipath: " + (multipath.maxLink() + 1)
                    + " links: 1 to 65536 expected, and no more than " + multipath.destination() + " can number");
        }
    }

    // --- execution -----------------------------------------------------------------------------------------------------------------------

    static void multipath(FlowState flow, OfAction.Multipath multipath) {
        int hash = FlowHash.of(flow, multipath.fields(), multipath.basis());
        flow.writeOrSkip(multipath.destination(), FieldValue.of(link(hash, multipath)));
    }

    /** The port that a bundle comes to, or {@link OfPorts#NONE}; {@code bundle_load} writes it, too. */
    static int bundle(XlateContext ctx, OfAction.Bundle bundle) {
        List<Integer> members = bundle.members();
        int chosen = OfPorts.NONE;
        if (bundle.algorithm() == OfAction.BundleAlgorithm.ACTIVE_BACKUP) {
            for (int i = members.size() - 1; i >= 0; i--) {
                chosen = isAlive(ctx, members.get(i)) ? members.get(i) : chosen;
            }
        } else {
            int hash = FlowHash.of(ctx.flow, bundle.fields(), bundle.basis());
            int best = heaviest(hash, members.size(), i -> isAlive(ctx, members.get(i)));
            chosen = best < 0 ? OfPorts.NONE : members.get(best);
        }
        @Nullable
        Subfield destination = bundle.destination();
        if (destination != null) {
            ctx.flow.writeOrSkip(destination, FieldValue.of(chosen));
        }
        return chosen;
    }

    /** Whether a packet sent there would have a chance: reserved ports always; others as the ports that groups watch. */
    private static boolean isAlive(XlateContext ctx, int number) {
        return switch (number) {
            case OfPorts.IN_PORT, OfPorts.TABLE, OfPorts.NORMAL, OfPorts.FLOOD, OfPorts.ALL, OfPorts.NONE -> true;
            default -> ctx.portOutput.isLive(number);
        };
    }

    // --- algorithms ----------------------------------------------------------------------------------------------------------------------

    /** The link of a hash, 0 to {@code maxLink}. */
    static int link(int hash, OfAction.Multipath multipath) {
        int links = multipath.maxLink() + 1;
        long unsigned = hash & 0xffff_ffffL;
        return switch (multipath.algorithm()) {
            case MODULO_N -> (int) (unsigned % links);
            case HASH_THRESHOLD -> (int) ((unsigned * links) >>> 32);
            case HRW -> links <= MAX_HRW_LINKS ? heaviest(hash, links, _ -> true) : (int) (unsigned % links);
            case ITER_HASH -> iterated(hash, links, multipath.argument());
        };
    }

    /** The choice of the highest weight among those that are possible, or -1. */
    static int heaviest(int hash, int choices, IntPredicate possible) {
        int best = -1;
        long bestWeight = -1;
        for (int choice = 0; choice < choices; choice++) {
            long weight = weight(hash, choice);
            if (weight > bestWeight && possible.test(choice)) {
                best = choice;
                bestWeight = weight;
            }
        }
        return best;
    }

    /** A choice's weight, 32 bits, unsigned. */
    private static long weight(int hash, int choice) {
        return FlowHash.end(FlowHash.mix(FlowHash.begin(hash), choice)) & 0xffff_ffffL;
    }

    private static int iterated(int hash, int links, int argument) {
        long modulo = argument & 0xffff_ffffL;
        if (modulo < links || modulo / 2 > links) {
            modulo = links == 1 ? 1 : 2L * Integer.highestOneBit(links - 1);
        }
        int next = hash;
        for (int i = 0; i < MAX_ITERATIONS; i++) {
            long link = (next & 0xffff_ffffL) % modulo;
            if (link < links) {
                return (int) link;
            }
            next = FlowHash.end(FlowHash.mix(FlowHash.begin(next), modulo));
        }
        return (int) ((next & 0xffff_ffffL) % links);
    }
}
