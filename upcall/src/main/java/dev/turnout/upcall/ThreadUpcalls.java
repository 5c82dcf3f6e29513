package dev.turnout.upcall;

import java.util.Arrays;

import dev.turnout.core.Ack;
import dev.turnout.flow.DpAction;
import dev.turnout.flow.FlowKey;
import dev.turnout.flow.FlowLayout;
import dev.turnout.flow.FlowMask;
import dev.turnout.packet.Checksums;
import dev.turnout.packet.Packet;
import dev.turnout.packet.PacketPool;
import org.eclipse.collections.impl.map.mutable.primitive.IntObjectHashMap;
import org.jctools.queues.varhandle.SpscUnboundedVarHandleArrayQueue;
import org.jctools.queues.varhandle.SpscVarHandleArrayQueue;
import org.jspecify.annotations.Nullable;

/**
 * The upcall path's side of one forwarding thread: which flows are in flight, whose packets wait, and the way of answers
 * back.
 *
 * <p><b>One upcall per flow.</b> The first packet of a flow, by exact key, makes a {@link FlowWait} and an upcall; those
 * that miss later join it, until a command takes them all. As joining and taking happen on the one forwarding thread that
 * the flow's packets pass, and an install takes them after the megaflow is in place, no packet overtakes another.
 *
 * <p><b>Limits.</b> Packets that wait hold buffers of the thread's pool. They are limited per flow, per port and in all;
 * what is beyond is refused, with a reason. They come back in any case: with a command, or when the thread ends.
 *
 * <p>Thread rules: {@link #miss}, {@link #userspace}, {@link #take}, {@link #offer} and {@link #end} belong to the forwarding
 * thread; {@link #drain} to the agent.
 */
final class ThreadUpcalls {
    private static final int BUCKETS = 4096;

    /**
     * Whom to credit for packets that left with a command.
     *
     * @param closes
     *            whether the translation ends with that
     */
    private record Credit(Translation translation, long packets, long bytes, long usedNs, int tcpFlags,
            boolean closes) {
    }

    private final CommandChannel channel;
    private final UpcallScheduler scheduler;
    private final EnumCounters<UpcallCounter> counters;
    private final UpcallConfig config;
    private final SpscVarHandleArrayQueue<Ack> acks;
    private final SpscUnboundedVarHandleArrayQueue<Credit> credits = new SpscUnboundedVarHandleArrayQueue<>(128);
    private final IntObjectHashMap<PortShare> ports = new IntObjectHashMap<>();
    private final @Nullable FlowWait[] buckets = new @Nullable FlowWait[BUCKETS];
    /** The flows in flight, and two words of their keys beside, which tell most apart. */
    private @Nullable FlowWait[] flows = new @Nullable FlowWait[64];
    private long[] transports = new long[64];
    private long[] addresses = new long[64];
    private int flowCount;
    private @Nullable FlowWait[] matched = new @Nullable FlowWait[16];
    private int held;
    private volatile boolean stopped;

    ThreadUpcalls(CommandChannel channel, UpcallScheduler scheduler, EnumCounters<UpcallCounter> counters,
            UpcallConfig config) {
        this.channel = channel;
        this.scheduler = scheduler;
        this.counters = counters;
        this.config = config;
        acks = new SpscVarHandleArrayQueue<>(config.ackRing());
    }

    CommandChannel channel() {
        return channel;
    }

    /** Takes no more packets. */
    void stop() {
        stopped = true;
    }

    // --- packets come ----------------------------------------------------------------------------------------------------

    boolean miss(long packet, long[] words, int offset, long hash, long nowNs) {
        FlowWait flow = find(words, offset, hash);
        if (flow != null) {
            if (flow.count() >= config.packetsPerFlow()) {
                return refuse(UpcallCounter.REFUSED_FLOW);
            }
            if (!mayHold(flow.port)) {
                return false;
            }
            counters.add(UpcallCounter.JOINED);
        } else {
            PortShare port = port((int) words[offset + FlowLayout.RECIRC_PORT]);
            if (!mayHold(port)) {
                return false;
            }
            flow = new FlowWait(this, port, key(words, offset), hash, Packet.length(packet));
            if (!port.misses.offer(new Upcall.Miss(flow))) {
                return refuse(UpcallCounter.REFUSED_PORT);
            }
            flow.next = buckets[bucket(hash)];
            buckets[bucket(hash)] = flow;
            add(flow);
            scheduler.offered(port.misses);
        }
        counters.add(UpcallCounter.MISSES);
        hold(flow, packet, nowNs);
        return true;
    }

    boolean userspace(long packet, long[] words, int offset, DpAction.Userspace action) {
        PortShare port = port((int) words[offset + FlowLayout.RECIRC_PORT]);
        if (stopped || port.userspace.size() >= config.packetsPerPort()) {
            counters.add(UpcallCounter.USERSPACE_LOST);
            return false;
        }
        if (Packet.gsoType(packet) == Packet.GSO_NONE) {
            Checksums.finish(packet);
        }
        FlowKey key = key(words, offset);
        if (!port.userspace.offer(new Upcall.PacketIn(action.stateId(), Packet.toBytes(packet), key))) {
            counters.add(UpcallCounter.USERSPACE_LOST);
            return false;
        }
        PacketPool.releaseFromAnyThread(packet);
        scheduler.offered(port.userspace);
        return true;
    }

    private static FlowKey key(long[] words, int offset) {
        FlowKey key = new FlowKey();
        System.arraycopy(words, offset, key.words(), 0, FlowLayout.DATAPATH_WORDS);
        return key;
    }

    private PortShare port(int number) {
        PortShare share = ports.get(number);
        if (share == null) {
            share = new PortShare(config.packetsPerPort());
            ports.put(number, share);
        }
        return share;
    }

    /** The port is closed: what waits keeps its share, packets that come later get a new one. */
    void forgetPort(int number) {
        ports.remove(number);
    }

    private boolean mayHold(PortShare port) {
        if (stopped) {
            return refuse(UpcallCounter.REFUSED_STOPPED);
        }
        if (port.held >= config.packetsPerPort()) {
            return refuse(UpcallCounter.REFUSED_PORT);
        }
        return held < config.packetsPerThread() || refuse(UpcallCounter.REFUSED_THREAD);
    }

    private boolean refuse(UpcallCounter reason) {
        counters.add(reason);
        return false;
    }

    private void hold(FlowWait flow, long packet, long nowNs) {
        flow.add(packet, Packet.length(packet), nowNs);
        flow.port.held++;
        held++;
    }

    // --- flows in flight -------------------------------------------------------------------------------------------------

    private static int bucket(long hash) {
        return (int) hash & BUCKETS - 1;
    }

    private @Nullable FlowWait find(long[] words, int offset, long hash) {
        for (FlowWait flow = buckets[bucket(hash)]; flow != null; flow = flow.next) {
            if (flow.hash == hash && Arrays.equals(flow.key.words(), 0, FlowLayout.DATAPATH_WORDS, words, offset,
                    offset + FlowLayout.DATAPATH_WORDS)) {
                return flow;
            }
        }
        return null;
    }

    private void add(FlowWait flow) {
        if (flowCount == flows.length) {
            flows = Arrays.copyOf(flows, flowCount * 2);
            transports = Arrays.copyOf(transports, flowCount * 2);
            addresses = Arrays.copyOf(addresses, flowCount * 2);
        }
        long[] words = flow.key.words();
        place(flow, flowCount++, words[FlowLayout.L4], words[FlowLayout.IPV4]);
    }

    private void place(FlowWait flow, int at, long transport, long address) {
        flow.position = at;
        flows[at] = flow;
        transports[at] = transport;
        addresses[at] = address;
    }

    private void remove(FlowWait flow) {
        unchain(flow);
        int last = --flowCount;
        FlowWait moved = flows[last];
        if (moved != null && moved != flow) {
            place(moved, flow.position, transports[last], addresses[last]);
        }
        flows[last] = null;
        flow.port.held -= flow.count();
        held -= flow.count();
    }

    private void unchain(FlowWait flow) {
        int bucket = bucket(flow.hash);
        FlowWait before = buckets[bucket];
        if (before == flow) {
            buckets[bucket] = flow.next;
            return;
        }
        while (before != null && before.next != flow) {
            before = before.next;
        }
        if (before != null) {
            before.next = flow.next;
        }
    }

    // --- packets leave ---------------------------------------------------------------------------------------------------

    /** The packets that a command takes; they are credited by the agent. */
    long[] take(Resolution resolution) {
        int count = 0;
        if (!resolution.flow().isTaken()) {
            matched[count++] = resolution.flow();
        }
        FlowKey maskedKey = resolution.maskedKey();
        if (maskedKey != null) {
            count = match(maskedKey.words(), resolution.mask(), count);
        }
        int total = 0;
        long bytes = 0;
        long lastNs = 0;
        int tcpFlags = 0;
        for (int i = 0; i < count; i++) {
            FlowWait flow = matched(i);
            total += flow.count();
            bytes += flow.bytes();
            lastNs = Math.max(lastNs, flow.lastNs());
            tcpFlags |= (int) (flow.key.words()[FlowLayout.TCP_CT] >>> 48);
        }
        long[] packets = new long[total];
        for (int i = 0, at = 0; i < count; i++) {
            FlowWait flow = matched(i);
            remove(flow);
            at = flow.drainTo(packets, at);
            matched[i] = null;
        }
        if (total > 0 || resolution.closes()) {
            credits.offer(new Credit(resolution.translation(), total, bytes, lastNs, tcpFlags,
                    resolution.closes()));
            scheduler.wakeAgent();
        }
        return packets;
    }

    private FlowWait matched(int index) {
        FlowWait flow = matched[index];
        if (flow == null) {
            throw new IllegalStateException("matched flows are missing");
        }
        return flow;
    }

    /** Appends the flows that a megaflow matches to {@link #matched}, after the one that is there already. */
    private int match(long[] maskedKey, FlowMask mask, int found) {
        FlowWait first = found == 0 ? null : matched[0];
        int count = found;
        long transportMask = mask.word(FlowLayout.L4);
        long addressMask = mask.word(FlowLayout.IPV4);
        long transport = maskedKey[FlowLayout.L4];
        long address = maskedKey[FlowLayout.IPV4];
        for (int i = 0; i < flowCount; i++) {
            if (((transports[i] ^ transport) & transportMask) != 0 || ((addresses[i] ^ address) & addressMask) != 0) {
                continue;
            }
            FlowWait flow = flows[i];
            if (flow != null && flow != first && mask.equalUnder(flow.key.words(), maskedKey)) {
                if (count == matched.length) {
                    matched = Arrays.copyOf(matched, count * 2);
                }
                matched[count++] = flow;
            }
        }
        return count;
    }

    /** The forwarding thread ends: all packets go back. */
    void end() {
        stopped = true;
        channel.end();
        while (flowCount > 0) {
            FlowWait flow = flows[flowCount - 1];
            if (flow == null) {
                throw new IllegalStateException("a flow in flight is missing");
            }
            long[] packets = new long[flow.count()];
            remove(flow);
            flow.drainTo(packets, 0);
            for (long packet : packets) {
                PacketPool.releaseFromAnyThread(packet);
            }
            counters.add(UpcallCounter.THREAD_ENDED, packets.length);
        }
        scheduler.wakeAgent();
    }

    // --- answers ---------------------------------------------------------------------------------------------------------

    boolean offer(Ack ack) {
        if (!acks.offer(ack)) {
            return false;
        }
        scheduler.wakeAgent();
        return true;
    }

    /** Applies up to so many answers, and all credits; returns how much there was to do. */
    int drain(CommandChannel.Acknowledger acknowledger, int most) {
        int work = 0;
        while (work < most) {
            Ack ack = acks.peek();
            if (ack == null) {
                break;
            }
            credit(); // those of an install were offered before its answer, which stays in the ring if this fails
            acks.poll();
            acknowledger.answer(ack);
            work++;
        }
        return work + credit() + channel.pump(acknowledger);
    }

    private int credit() {
        int work = 0;
        for (Credit credit = credits.poll(); credit != null; credit = credits.poll(), work++) {
            try {
                if (credit.packets > 0) {
                    credit.translation.credit(credit.packets, credit.bytes, credit.usedNs, credit.tcpFlags);
                }
            } finally {
                if (credit.closes) {
                    credit.translation.close();
                }
            }
        }
        return work;
    }

    /** Flows in flight; the forwarding thread's count, perhaps late. */
    int flowsInFlight() {
        return flowCount;
    }

    /** Packets that wait; the forwarding thread's count, perhaps late. */
    int packetsHeld() {
        return held;
    }
}
