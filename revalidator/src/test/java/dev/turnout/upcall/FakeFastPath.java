package dev.turnout.upcall;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BiConsumer;
import java.util.function.LongSupplier;

import dev.turnout.core.Ack;
import dev.turnout.core.DatapathCommand;
import dev.turnout.flow.DatapathActions;
import dev.turnout.flow.DpAction;
import dev.turnout.flow.FlowKey;
import dev.turnout.flow.FlowLayout;
import dev.turnout.flow.FlowMask;
import dev.turnout.flow.Megaflow;
import dev.turnout.packet.Packet;
import dev.turnout.packet.PacketPool;
import org.jspecify.annotations.Nullable;

/**
 * A forwarding thread in miniature: slots of megaflows looked up one by one, commands, answers, a real packet pool. It
 * notes under which rule each packet was executed, and whether packets of a flow stayed in order. It fails installs and
 * modifies when it is told to.
 *
 * <p>Thread rules: {@link #arrive}, {@link #step} and {@link #end} on one thread, the forwarding thread; the rest any.
 */
public final class FakeFastPath implements FastPath {
    private static final class Slot {
        int generation = 1;
        boolean isLive;
        boolean isOrphan;
        @Nullable
        Object token;
        FlowKey key = new FlowKey();
        FlowMask mask = FlowMask.EMPTY;
        DatapathActions actions = DatapathActions.DROP;
        long packets;
        long bytes;
        long usedNs;
    }

    private final int id;
    private final LongSupplier clock;
    private final PacketPool pool;
    private final int buffers;
    private final ArrayBlockingQueue<DatapathCommand> commands;
    private final List<Slot> slots = new ArrayList<>();
    private final Map<Long, Integer> nextNumber = new HashMap<>();
    private final Map<Long, Integer> lastNumber = new HashMap<>();
    /** Packets and bytes executed, by rule. */
    public final Map<Integer, long[]> executed = new ConcurrentHashMap<>();
    public final AtomicLong arrived = new AtomicLong();
    public final AtomicLong refused = new AtomicLong();
    public final AtomicLong dropped = new AtomicLong();
    public final AtomicLong gone = new AtomicLong();
    public final AtomicLong disorder = new AtomicLong();
    public final AtomicLong controllerCopies = new AtomicLong();
    /** So many of the next installs, and modifies, fail. */
    public volatile Ack.@Nullable Status failInstall;
    public volatile Ack.@Nullable Status failModify;
    private @Nullable Ack unsent;
    private volatile boolean ended;
    private @Nullable Upcalls upcalls;

    public FakeFastPath(int id, LongSupplier clock, int buffers, int queueCapacity) {
        this.id = id;
        this.clock = clock;
        this.buffers = buffers;
        pool = new PacketPool(buffers, 0);
        commands = new ArrayBlockingQueue<>(queueCapacity);
    }

    public void attach(Upcalls sink) {
        upcalls = sink;
    }

    private ThreadUpcalls sink() {
        Upcalls sink = upcalls;
        if (sink == null) {
            throw new IllegalStateException("not attached");
        }
        return sink.thread(id);
    }

    // --- FastPath --------------------------------------------------------------------------------------------------------

    @Override
    public int id() {
        return id;
    }

    @Override
    public boolean submit(DatapathCommand command) {
        synchronized (commands) {
            return !ended && commands.offer(command);
        }
    }

    @Override
    public int slotLimit() {
        synchronized (slots) {
            return slots.size();
        }
    }

    @Override
    public boolean read(int index, MegaflowReading into) {
        synchronized (slots) {
            if (index >= slots.size() || !slots.get(index).isLive) {
                return false;
            }
            Slot slot = slots.get(index);
            into.handle = Megaflow.handle(index, slot.generation);
            into.token = slot.token;
            into.packets = slot.packets;
            into.bytes = slot.bytes;
            into.usedNs = slot.usedNs;
            into.tcpFlags = 0;
            return true;
        }
    }

    // --- packets ---------------------------------------------------------------------------------------------------------

    public static FlowKey key(int port, int flow) {
        FlowKey key = new FlowKey();
        key.words()[FlowLayout.RECIRC_PORT] = port;
        key.words()[FlowLayout.IPV4] = flow;
        return key;
    }

    /** A packet is received. */
    public void arrive(int port, int flow, int length) {
        long packet = pool.allocate();
        if (packet == 0) {
            return;
        }
        arrived.incrementAndGet();
        Packet.setFrame(packet, Packet.DATA_START, length);
        Packet.setInPort(packet, port);
        long who = (long) port << 32 | flow;
        Packet.setPktMark(packet, nextNumber.merge(who, 1, Integer::sum));
        Packet.setSkbPriority(packet, flow);
        FlowKey key = key(port, flow);
        Slot slot = lookUp(key);
        if (slot != null) {
            synchronized (slots) {
                slot.packets++;
                slot.bytes += length;
                slot.usedNs = clock.getAsLong();
            }
            execute(slot.actions, packet, !slot.isOrphan);
        } else if (!sink().miss(packet, key.words(), 0, key.hashCode(), clock.getAsLong())) {
            refused.incrementAndGet();
            pool.free(packet);
        }
    }

    private @Nullable Slot lookUp(FlowKey key) {
        for (Slot slot : slots) {
            if (slot.isLive && slot.mask.equalUnder(slot.key.words(), key.words())) {
                return slot;
            }
        }
        return null;
    }

    private void execute(DatapathActions actions, long packet, boolean isCredited) {
        long who = (long) Packet.inPort(packet) << 32 | Packet.skbPriority(packet);
        int number = Packet.pktMark(packet);
        if (isCredited) {
            Integer last = lastNumber.put(who, number);
            if (last != null && last >= number) {
                disorder.incrementAndGet();
            }
        }
        for (DpAction action : actions.actions()) {
            if (action instanceof DpAction.Userspace userspace) {
                long copy = pool.copyOf(packet);
                if (copy != 0) {
                    if (sink().userspace(copy, key(Packet.inPort(packet), Packet.skbPriority(packet)).words(), 0,
                            userspace)) {
                        controllerCopies.incrementAndGet();
                    } else {
                        pool.free(copy);
                    }
                }
            } else if (action instanceof DpAction.Output(int rule) && isCredited) {
                long[] counts = executed.computeIfAbsent(rule, r -> new long[2]);
                counts[0]++;
                counts[1] += Packet.length(packet);
            }
        }
        if (actions.isDrop()) {
            dropped.incrementAndGet();
        }
        pool.free(packet);
    }

    // --- commands --------------------------------------------------------------------------------------------------------

    /** Executes a command; false if there is none, or the answer to the last could not be sent. */
    public boolean step() {
        Ack waiting = unsent;
        if (waiting != null) {
            if (!sink().offer(waiting)) {
                return false;
            }
            unsent = null;
        }
        DatapathCommand command = commands.poll();
        if (command == null) {
            return false;
        }
        switch (command) {
            case DatapathCommand.Install install -> install(install);
            case DatapathCommand.Modify modify -> modify(modify);
            case DatapathCommand.Delete delete -> delete(delete);
            case DatapathCommand.Execute execute -> {
                for (long packet : execute.packets().take()) {
                    execute(execute.actions(), packet, true);
                }
            }
            default -> throw new IllegalStateException(command.toString());
        }
        return true;
    }

    private void answer(Ack ack) {
        if (!sink().offer(ack)) {
            unsent = ack;
        }
    }

    private static Ack failure(Object token, int operation, Ack.Kind kind, Ack.Status status) {
        return new Ack(token, operation, kind, status, Megaflow.NONE, 0, 0, 0, 0);
    }

    private void install(DatapathCommand.Install install) {
        Ack ack;
        Ack.Status failure = failInstall;
        failInstall = null;
        if (failure == null && slots.stream().anyMatch(slot -> slot.isLive && slot.mask.equals(install.mask())
                && slot.key.equals(install.maskedKey()))) {
            failure = Ack.Status.EXISTS;
        }
        if (failure != null) {
            ack = failure(install.token(), install.operation(), Ack.Kind.INSTALLED, failure);
        } else {
            long handle = place(install.token(), install.maskedKey(), install.mask(), install.actions(), false);
            ack = new Ack(install.token(), install.operation(), Ack.Kind.INSTALLED, Ack.Status.OK, handle, 0, 0, 0, 0);
        }
        for (long packet : install.packets().take()) {
            execute(install.actions(), packet, true);
        }
        answer(ack);
    }

    private long place(Object token, FlowKey key, FlowMask mask, DatapathActions actions, boolean isOrphan) {
        synchronized (slots) {
            int index = 0;
            while (index < slots.size() && slots.get(index).isLive) {
                index++;
            }
            if (index == slots.size()) {
                slots.add(new Slot());
            }
            Slot slot = slots.get(index);
            slot.isLive = true;
            slot.isOrphan = isOrphan;
            slot.token = token;
            slot.key = key;
            slot.mask = mask;
            slot.actions = actions;
            slot.packets = 0;
            slot.bytes = 0;
            slot.usedNs = 0;
            return Megaflow.handle(index, slot.generation);
        }
    }

    /** A megaflow appears that nobody asked for. */
    public void orphan(int port, int flow) {
        FlowKey key = key(port, flow);
        long[] words = new long[FlowLayout.WORDS];
        words[FlowLayout.RECIRC_PORT] = -1;
        words[FlowLayout.IPV4] = -1;
        if (lookUp(key) == null) {
            place("stray", key, FlowMask.of(words), DatapathActions.DROP, true);
        }
    }

    private @Nullable Slot live(long handle) {
        int index = Megaflow.index(handle);
        if (index < 0 || index >= slots.size()) {
            return null;
        }
        Slot slot = slots.get(index);
        return slot.isLive && slot.generation == Megaflow.generation(handle) ? slot : null;
    }

    private static Ack done(Slot slot, Object token, int operation, Ack.Kind kind, long handle) {
        return new Ack(token, operation, kind, Ack.Status.OK, handle, slot.packets, slot.bytes, slot.usedNs, 0);
    }

    private void modify(DatapathCommand.Modify modify) {
        Slot slot = live(modify.handle());
        Ack.Status failure = slot == null ? Ack.Status.NO_MEGAFLOW : failModify;
        failModify = null;
        if (failure != null || slot == null) {
            answer(failure(modify.token(), modify.operation(), Ack.Kind.MODIFIED,
                    failure == null ? Ack.Status.NO_MEGAFLOW : failure));
            return;
        }
        synchronized (slots) {
            slot.actions = modify.actions();
        }
        answer(done(slot, modify.token(), modify.operation(), Ack.Kind.MODIFIED, modify.handle()));
    }

    private void delete(DatapathCommand.Delete delete) {
        Slot slot = live(delete.handle());
        if (slot == null) {
            answer(failure(delete.token(), delete.operation(), Ack.Kind.DELETED, Ack.Status.NO_MEGAFLOW));
            return;
        }
        Ack ack = done(slot, delete.token(), delete.operation(), Ack.Kind.DELETED, delete.handle());
        free(slot);
        answer(ack);
    }

    private void free(Slot slot) {
        synchronized (slots) {
            slot.isLive = false;
            slot.generation++;
            slot.token = null;
        }
    }

    /** A megaflow vanishes without anybody being told. Its counters are lost, so it must have been counted before. */
    public boolean loseOne(Random random) {
        List<Slot> candidates = slots.stream().filter(slot -> slot.isLive && !slot.isOrphan
                && slot.token instanceof Ukey ukey && ukey.packets() == slot.packets).toList();
        if (candidates.isEmpty()) {
            return false;
        }
        free(candidates.get(random.nextInt(candidates.size())));
        return true;
    }

    /** The thread ends: answers what waits, then gives all packets back. */
    public void end(Runnable whenFull) {
        List<DatapathCommand> left = new ArrayList<>();
        synchronized (commands) {
            ended = true;
            commands.drainTo(left);
        }
        flush(whenFull);
        for (DatapathCommand command : left) {
            switch (command) {
                case DatapathCommand.Install i -> {
                    giveBack(i.packets().take());
                    endAnswer(failure(i.token(), i.operation(), Ack.Kind.INSTALLED, Ack.Status.THREAD_ENDED), whenFull);
                }
                case DatapathCommand.Modify m -> endAnswer(
                        failure(m.token(), m.operation(), Ack.Kind.MODIFIED, Ack.Status.THREAD_ENDED), whenFull);
                case DatapathCommand.Delete d -> endAnswer(
                        failure(d.token(), d.operation(), Ack.Kind.DELETED, Ack.Status.THREAD_ENDED), whenFull);
                case DatapathCommand.Execute e -> giveBack(e.packets().take());
                default -> throw new IllegalStateException(command.toString());
            }
        }
        sink().end();
    }

    private void endAnswer(Ack ack, Runnable whenFull) {
        answer(ack);
        flush(whenFull);
    }

    private void flush(Runnable whenFull) {
        for (Ack waiting = unsent; waiting != null && !sink().offer(waiting);) {
            whenFull.run();
        }
        unsent = null;
    }

    private void giveBack(long[] packets) {
        for (long packet : packets) {
            gone.incrementAndGet();
            pool.free(packet);
        }
    }

    // --- at the end ------------------------------------------------------------------------------------------------------

    /** Megaflows installed, those that nobody asked for left out. */
    public long megaflows() {
        return slots.stream().filter(slot -> slot.isLive).count();
    }

    /** Buffers that did not come back. */
    public int missingBuffers() {
        return buffers - pool.freeSmallBuffers();
    }

    public boolean isIdle() {
        return commands.isEmpty() && unsent == null;
    }

    /** For each megaflow of a ukey: what it runs. */
    public void forEachMegaflow(BiConsumer<FlowKey, DatapathActions> action) {
        for (Slot slot : slots) {
            if (slot.isLive && !slot.isOrphan) {
                action.accept(slot.key, slot.actions);
            }
        }
    }

    public void close() {
        pool.close();
    }
}
