package dev.turnout.upcall;

import java.util.Arrays;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;

import dev.turnout.core.DatapathCommand;
import dev.turnout.flow.DatapathActions;
import dev.turnout.flow.FlowKey;
import dev.turnout.flow.FlowLayout;
import dev.turnout.flow.FlowMask;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a handler does with an upcall: has it translated, makes a ukey, sends the install with the packets, or the packets
 * alone where no megaflow may be installed.
 *
 * <p>The change sequence is read before the translation: a change that lands meanwhile finds the ukey out of date.
 *
 * <p>Thread rules: any thread.
 */
final class FlowSetup {
    private static final Logger LOG = LoggerFactory.getLogger(FlowSetup.class);
    private static final int LOGGED = 20;
    /** So many masks are shared before sharing starts anew. */
    private static final int SHARED_MASKS = 4096;
    private static final FlowMask EXACT = exactMask();

    private final SlowPath slowPath;
    private final UkeyTable table;
    private final FlowLimit limit;
    private final EnumCounters<UpcallCounter> counters;
    private final LongSupplier clock;
    private final ConcurrentHashMap<FlowMask, FlowMask> masks = new ConcurrentHashMap<>();
    private volatile boolean megaflows = true;

    FlowSetup(SlowPath slowPath, UkeyTable table, FlowLimit limit, EnumCounters<UpcallCounter> counters,
            LongSupplier clock) {
        this.slowPath = slowPath;
        this.table = table;
        this.limit = limit;
        this.counters = counters;
        this.clock = clock;
    }

    private static FlowMask exactMask() {
        long[] words = new long[FlowLayout.DATAPATH_WORDS];
        Arrays.fill(words, -1);
        return FlowMask.of(words);
    }

    /** Whether megaflows have wildcards; without, each exact key is one of its own. */
    void setMegaflows(boolean on) {
        megaflows = on;
    }

    boolean hasMegaflows() {
        return megaflows;
    }

    void handle(Upcall upcall) {
        switch (upcall) {
            case Upcall.Miss(FlowWait flow) -> setUp(flow);
            case Upcall.PacketIn(int stateId, byte[] frame, FlowKey key) -> {
                counters.add(UpcallCounter.CONTROLLER);
                if (!slowPath.packetIn(stateId, frame, key)) {
                    counters.add(UpcallCounter.USERSPACE_LOST);
                }
            }
        }
    }

    private void setUp(FlowWait flow) {
        if (flow.isTaken()) {
            counters.add(UpcallCounter.ANSWERED);
            return;
        }
        long sequence = slowPath.changeSequence();
        Translation translation = translate(flow.key, true, flow.firstLength);
        if (!translation.isCacheable()) {
            counters.add(UpcallCounter.AVOID_CACHING);
        } else if (table.size() >= limit.get()) {
            counters.add(UpcallCounter.FLOW_LIMIT);
        } else if (install(flow, translation, sequence)) {
            return;
        }
        execute(flow, translation.actions(), translation);
    }

    private Translation translate(FlowKey key, boolean sideEffects, int frameLength) {
        counters.add(UpcallCounter.TRANSLATED);
        try {
            return slowPath.translate(key, sideEffects, frameLength);
        } catch (RuntimeException | Error e) { // an Error: the stack is finite
            counters.add(UpcallCounter.TRANSLATION_ERROR);
            if (counters.get(UpcallCounter.TRANSLATION_ERROR) <= LOGGED) {
                LOG.error("translation failed; the flow's packets are dropped, no megaflow runs it", e);
            }
            return FailedTranslation.INSTANCE;
        }
    }

    /** Whether the install was sent, or answered in the place of an ended thread. */
    private boolean install(FlowWait flow, Translation translation, long sequence) {
        FlowMask mask = megaflows ? shared(withPort(translation.wildcards())) : EXACT;
        CommandChannel channel = flow.owner.channel();
        Ukey ukey = new Ukey(flow.key.words(), mask, channel, translation, sequence, clock.getAsLong());
        ukey.lock();
        try {
            UkeyTable.Insertion insertion = table.insert(ukey, "upcall");
            switch (insertion) {
                case DUPLICATE -> counters.add(UpcallCounter.DUPLICATE);
                case COLLISION -> counters.add(UpcallCounter.COLLISION);
                case REPLACED -> counters.add(UpcallCounter.REPLACED);
                case INSERTED -> {
                    // the usual case
                }
            }
            if (insertion.isIn()) {
                counters.add(UpcallCounter.INSTALLS);
                FlowKey maskedKey = ukey.key();
                ukey.install(maskedKey, Resolution.installation(flow, translation, maskedKey, mask));
            }
            return insertion.isIn();
        } finally {
            ukey.unlock();
        }
    }

    /**
     * Makes a ukey for a megaflow that has none; its key and mask are those of the ukey that it was installed for. What the
     * megaflow runs is not known, so it is told.
     *
     * @return whether there is one now
     */
    boolean adopt(Ukey former, long handle, CommandChannel channel) {
        long sequence = slowPath.changeSequence();
        FlowKey key = former.key();
        Translation running = translate(key, false, 0);
        Translation next = translate(key, false, 0);
        Ukey ukey = new Ukey(key.words(), former.mask(), channel, running, sequence, clock.getAsLong());
        ukey.lock();
        try {
            if (!fits(next, former.mask()) || !table.insert(ukey, "orphan").isIn()) {
                running.close();
                next.close();
                return false;
            }
            ukey.adoptCounters(former);
            if (ukey.seen(handle)) {
                ukey.modify(next, sequence, "orphan");
            }
            return true;
        } finally {
            ukey.unlock();
        }
    }

    /** Whether a megaflow with this mask may run what the translation says. */
    private static boolean fits(Translation translation, FlowMask mask) {
        return translation.isCacheable() && mask.covers(withPort(translation.wildcards()));
    }

    private static FlowMask withPort(FlowMask mask) {
        if (mask.word(FlowLayout.RECIRC_PORT) == -1L) {
            return mask;
        }
        long[] words = mask.toWords();
        words[FlowLayout.RECIRC_PORT] = -1L;
        return FlowMask.of(words);
    }

    /** An equal mask that other ukeys have, too. */
    private FlowMask shared(FlowMask mask) {
        if (masks.size() > SHARED_MASKS) {
            masks.clear();
        }
        FlowMask known = masks.putIfAbsent(mask, mask);
        return known == null ? mask : known;
    }

    /** Handling has failed: drops the packets that wait, so that the flow's next packet is an upcall again. */
    void giveUp(Upcall upcall) {
        switch (upcall) {
            case Upcall.Miss(FlowWait flow) -> execute(flow, DatapathActions.DROP, FailedTranslation.INSTANCE);
            case Upcall.PacketIn packetIn -> counters.add(UpcallCounter.USERSPACE_LOST);
        }
    }

    private void execute(FlowWait flow, DatapathActions actions, Translation translation) {
        Resolution resolution = Resolution.execution(flow, translation);
        if (!flow.owner.channel().submit(new DatapathCommand.Execute(actions, resolution))) {
            resolution.abandon();
        }
    }
}
