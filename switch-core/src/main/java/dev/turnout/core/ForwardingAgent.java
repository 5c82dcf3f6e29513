package dev.turnout.core;

import java.io.IOException;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Queue;
import java.util.random.RandomGenerator;

import dev.turnout.dpcls.Classifier;
import dev.turnout.dpcls.LookupGenerator;
import dev.turnout.flow.FlowKeys;
import dev.turnout.packet.Memory;
import dev.turnout.packet.Packet;
import dev.turnout.packet.PacketBatch;
import dev.turnout.packet.PacketPool;

/**
 * The work of a forwarding thread and all that it owns: packet pool, caches, classifier, megaflow slots, the sides of its
 * ports.
 *
 * <p>A <em>cycle</em> is bounded: commands up to a budget; then of each port up to 32 packets, forwarded as one batch, and
 * those that were recirculated on the way; then everything is pushed out. The clock is read once per cycle.
 *
 * <p>Packets that no megaflow matches are looked up once more after the commands that came meanwhile: their flow's megaflow
 * may be among them. What misses again is handed to the slow path.
 *
 * <p>Thread rules: made and used on the forwarding thread only.
 */
final class ForwardingAgent implements FastPath.Misses {
    private static final int COMMAND_BUDGET = 64;
    private static final long RANK_INTERVAL_NS = 250_000_000;

    private final ForwardingThread thread;
    private final ThreadCounters counters;
    private final UpcallSink upcalls;
    private final Queue<DatapathCommand> commands;
    private final LookupGenerator generator;
    private final IoBackend io;
    private final PacketPool pool;
    private final Classifier classifier;
    private final Outputs outputs;
    private final VnetFinisher finisher;
    private final PacketQueue recirculated = new PacketQueue();
    private final PacketBatch batch = new PacketBatch();
    private final ActionExecutor actions;
    private final CommandExecutor executor;
    private final FastPath fastPath;
    private final BitSet knownPorts = new BitSet();
    private ReceivePort[] receivePorts = new ReceivePort[0];
    private long nowNs = System.nanoTime();
    private long rankedNs = nowNs;

    ForwardingAgent(ForwardingThread thread, DatapathConfig config, ThreadCounters counters, MegaflowTable megaflows,
            Queue<DatapathCommand> commands, UpcallSink upcalls, AckSink acks, LookupGenerator generator,
            Meters meters) {
        this.thread = thread;
        this.counters = counters;
        this.upcalls = upcalls;
        this.commands = commands;
        this.generator = generator;
        io = config.io().open(thread.id());
        pool = new PacketPool(config.smallBuffers(), config.largeBuffers());
        RandomGenerator random = RandomGenerator.of("SecureRandom");
        classifier = new Classifier(random);
        outputs = new Outputs(pool, counters);
        finisher = new VnetFinisher(pool, counters);
        actions = new ActionExecutor(thread, pool, outputs, recirculated, upcalls, counters, meters);
        executor = new CommandExecutor(this, thread, pool, counters, megaflows, classifier, actions, acks);
        fastPath = new FastPath(pool, counters, megaflows, actions, outputs, classifier, this, config,
                random.nextLong());
    }

    int threadId() {
        return thread.id();
    }

    IoBackend io() {
        return io;
    }

    PacketPool pool() {
        return pool;
    }

    /** For tests. */
    Classifier classifier() {
        return classifier;
    }

    /** One cycle; returns how much there was to do. */
    int cycle() {
        nowNs = System.nanoTime();
        actions.beginCycle(nowNs);
        int work = io.poll();
        work += drainCommands();
        for (int i = 0; i < receivePorts.length; i++) { // commands in between may replace the array
            work += receive(receivePorts[i]);
        }
        if (work > 0) {
            forwardRecirculated();
            outputs.flush();
        }
        if (nowNs - rankedNs >= RANK_INTERVAL_NS) {
            rankedNs = nowNs;
            classifier.rank(nowNs, generator);
            fastPath.choosePaths();
            counters.set(ThreadCounter.SUBTABLE_LOOKUPS, classifier.visits());
        }
        return work;
    }

    // --- packets ----------------------------------------------------------------------------------------------------------

    private int receive(ReceivePort port) {
        int count = port.receiver().receive(batch);
        if (count == 0) {
            return 0;
        }
        int number = port.number();
        long bytes = 0;
        long[] packets = batch.packets;
        for (int i = 0; i < count; i++) {
            long packet = Memory.known(packets[i]);
            Packet.setInPort(packet, number);
            bytes += Packet.length(packet);
        }
        port.counters().received(count, bytes);
        counters.add(ThreadCounter.RECEIVED, count);
        fastPath.process(batch, nowNs);
        return count;
    }

    private void forwardRecirculated() {
        while (!recirculated.isEmpty()) {
            recirculated.drainTo(batch);
            counters.add(ThreadCounter.RECIRCULATIONS, batch.count);
            fastPath.process(batch, nowNs);
        }
    }

    @Override
    public void missed(PacketBatch missedBatch, FlowKeys keys, int[] rows, int count) {
        int left = count;
        if (!commands.isEmpty() && drainCommands() > 0) {
            left = fastPath.retry(missedBatch, rows, count, nowNs);
        }
        counters.add(ThreadCounter.MISSES, left);
        for (int i = 0; i < left; i++) {
            int row = rows[i];
            long packet = missedBatch.packets[row];
            if (!upcalls.miss(thread, packet, keys.words, FlowKeys.row(row), keys.used[row], keys.hashes[row], nowNs)) {
                counters.add(ThreadCounter.LOST_UPCALLS, 1);
                counters.drop(DropReason.UPCALL_LOST, 1);
                pool.release(packet);
            }
        }
    }

    // --- commands ---------------------------------------------------------------------------------------------------------

    /** Whether an answer waits for room; no command is executed meanwhile. */
    boolean isBlocked() {
        return executor.isBlocked();
    }

    private int drainCommands() {
        int done = 0;
        while (done < COMMAND_BUDGET && !executor.isBlocked()) {
            DatapathCommand command = commands.poll();
            if (command == null) {
                break;
            }
            executor.execute(command);
            done++;
        }
        if (done > 0) {
            counters.add(ThreadCounter.COMMANDS, done);
        }
        return done;
    }

    /** Answers the commands that wait, as those of a thread that ends. */
    void refuseCommands() {
        for (DatapathCommand command = commands.poll(); command != null; command = commands.poll()) {
            while (executor.isBlocked()) {
                Thread.onSpinWait();
            }
            executor.refuse(command);
        }
        while (executor.isBlocked()) {
            Thread.onSpinWait();
        }
        outputs.flush();
    }

    /** Says to the slow path that nothing more comes from here. */
    void end() {
        upcalls.threadEnds(thread);
    }

    void configure(int emcInsertInverseProbability, boolean signatureCache) {
        fastPath.configure(emcInsertInverseProbability, signatureCache);
    }

    // --- ports ------------------------------------------------------------------------------------------------------------

    boolean hasPort(int number) {
        return number >= 0 && knownPorts.get(number);
    }

    /** Opens this thread's sides of a port; on failure none is open. */
    void openPort(int number, Port port, PortCounters portCounters, boolean receives) throws IOException {
        PortContext context = new PortContext(number, thread.id(), pool, io, portCounters);
        TransmitQueue queue = new TransmitQueue(port.openTransmitter(context), port.features(), finisher);
        if (receives) {
            try {
                ReceivePort opened = new ReceivePort(number, port.openReceiver(context), portCounters);
                receivePorts = Arrays.copyOf(receivePorts, receivePorts.length + 1);
                receivePorts[receivePorts.length - 1] = opened;
            } catch (IOException | RuntimeException | Error e) {
                queue.close();
                throw e;
            }
        }
        outputs.open(number, queue);
        knownPorts.set(number);
    }

    /** Closes this thread's sides of a port, those that are open. */
    void closePort(int number) {
        knownPorts.clear(number);
        for (ReceivePort port : receivePorts) {
            if (port.number() == number) {
                port.receiver().close();
            }
        }
        receivePorts = Arrays.stream(receivePorts).filter(port -> port.number() != number).toArray(ReceivePort[]::new);
        outputs.close(number);
        forgetPortIfGone(number);
        upcalls.portCloses(thread, number);
    }

    /** Forgets what classification keeps for an ingress port, if the port is closed and its last megaflow gone. */
    void forgetPortIfGone(int number) {
        if (!hasPort(number) && classifier.removePortIfEmpty(number)) {
            fastPath.forgetPort(number);
        }
    }

    void closePorts() {
        for (ReceivePort port : receivePorts) {
            port.receiver().close();
        }
        receivePorts = new ReceivePort[0];
        outputs.closeAll();
        knownPorts.clear();
    }

    /** After a failure: forgets the packets in hand, whose state is unknown. */
    void abandonBatch() {
        batch.clear();
        actions.reset();
    }
}
