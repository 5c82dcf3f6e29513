package dev.turnout.core;

import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;

import dev.turnout.flow.DatapathActions;
import dev.turnout.flow.DpAction;
import dev.turnout.flow.FlowKey;
import dev.turnout.flow.FlowKeys;
import dev.turnout.flow.FlowLayout;
import dev.turnout.flow.FlowMask;
import dev.turnout.packet.PacketPool;

/**
 * A slow path for tests: decides on the forwarding thread itself, installs a megaflow with a fixed mask, and keeps what it
 * was told.
 */
final class TestSlowPath implements UpcallSink, AckSink {
    /** Looks at everything of the ingress port, the recirculation id and the Ethernet type. */
    static final FlowMask BY_PORT = mask(FlowLayout.ETH_DST_TYPE, 0xffff);
    /** Looks at the IPv4 addresses, too. */
    static final FlowMask BY_ADDRESS = mask(FlowLayout.ETH_DST_TYPE, 0xffff, FlowLayout.IPV4, -1);

    final ConcurrentLinkedQueue<Ack> acks = new ConcurrentLinkedQueue<>();
    final List<FlowKey> userspaceKeys = new CopyOnWriteArrayList<>();
    final AtomicInteger misses = new AtomicInteger();
    volatile FlowMask installMask = BY_PORT;
    volatile Function<FlowKey, DatapathActions> policy;
    volatile boolean refuses;

    TestSlowPath(Function<FlowKey, DatapathActions> policy) {
        this.policy = policy;
    }

    static FlowMask mask(long... wordsAndBits) {
        long[] words = new long[FlowLayout.WORDS];
        words[FlowLayout.RECIRC_PORT] = -1;
        for (int i = 0; i < wordsAndBits.length; i += 2) {
            words[(int) wordsAndBits[i]] |= wordsAndBits[i + 1];
        }
        return FlowMask.of(words);
    }

    @Override
    public boolean miss(ForwardingThread from, long packet, long[] words, int offset, long used, long hash,
            long nowNs) {
        if (refuses) {
            return false;
        }
        FlowKey key = new FlowKey();
        System.arraycopy(words, offset, key.words(), 0, FlowKeys.STRIDE);
        int number = misses.incrementAndGet();
        FlowMask mask = installMask;
        return from
                .submit(new DatapathCommand.Install("flow" + number, number, new FlowKey(mask.apply(key.words())), mask,
                        policy.apply(key), new long[]{packet}));
    }

    @Override
    public boolean userspace(ForwardingThread from, long packet, long[] words, int offset, long used,
            DpAction.Userspace action) {
        FlowKey key = new FlowKey();
        System.arraycopy(words, offset, key.words(), 0, FlowKeys.STRIDE);
        userspaceKeys.add(key);
        PacketPool.releaseFromAnyThread(packet);
        return true;
    }

    @Override
    public boolean offer(ForwardingThread from, Ack ack) {
        return acks.add(ack);
    }
}
