package dev.turnout.core;

import dev.turnout.flow.ConnectionHash;
import dev.turnout.flow.DpAction;
import dev.turnout.flow.FlowExtractor;
import dev.turnout.flow.FlowKeys;
import dev.turnout.packet.Checksums;
import dev.turnout.packet.Memory;
import dev.turnout.packet.Packet;
import dev.turnout.packet.PacketBatch;
import dev.turnout.packet.PacketPool;

/**
 * Runs programs over groups of packets: one operation after the other, each over the whole group. Packets that fall out
 * (no room for a header, a meter's rate exceeded) leave the group, the others keep their order.
 *
 * <p>Recirculated packets are put on a queue; the thread passes them through the caches after the running batch. So recursion
 * is bounded by {@value #MAX_RECIRCULATIONS} recirculations per packet, and by the nesting of clones in a program.
 *
 * <p>Thread rules: one owner thread. On this path nothing is allocated.
 */
final class ActionExecutor {
    /** A packet that was recirculated so often is dropped. */
    static final int MAX_RECIRCULATIONS = 8;

    private static final int NO_LIMIT = Integer.MAX_VALUE;
    private static final int MAX_DEPTH = 20;
    private static final int UDP_HEADER = 8;
    /** Where a TCP header has its length. */
    private static final int TCP_DATA_OFFSET = 12;

    private final ForwardingThread thread;
    private final PacketPool pool;
    private final Outputs outputs;
    private final PacketQueue recirculated;
    private final UpcallSink upcalls;
    private final ThreadCounters counters;
    private final Meters meters;
    private final MeteredGroup metered = new MeteredGroup();
    private final FlowKeys keys = new FlowKeys();
    /** Copies that an operation makes, per depth of nesting. */
    private final long[][] copies = new long[MAX_DEPTH][PacketBatch.CAPACITY];
    private int depth;
    /** The cycle's time. */
    private long nowNs;
    /** Packets that take the other way at an operation that divides them, per depth of nesting. */
    private final long[][] others = new long[MAX_DEPTH][PacketBatch.CAPACITY];
    /** Of a xorshift generator: which packets are sampled. Never 0. */
    private long random;

    ActionExecutor(ForwardingThread thread, PacketPool pool, Outputs outputs, PacketQueue recirculated,
            UpcallSink upcalls,
            ThreadCounters counters, Meters meters) {
        this.thread = thread;
        this.pool = pool;
        this.outputs = outputs;
        this.recirculated = recirculated;
        this.upcalls = upcalls;
        this.counters = counters;
        this.meters = meters;
        random = System.nanoTime() | 1;
    }

    /**
     * Takes packets over and does with them what the program says.
     *
     * @param packets
     *            at most {@link PacketBatch#CAPACITY} of them from {@code first} on; the array is scratch space
     */
    void execute(ActionProgram program, long[] packets, int first, int count) {
        if (program.isDrop()) {
            dropAll(DropReason.ACTION_DROP, packets, first, count);
            return;
        }
        int[] operations = program.operations;
        long[] operands = program.operands;
        int at = 0;
        int left = count;
        int limit = NO_LIMIT;
        for (int operation : operations) {
            if (left == 0) {
                return;
            }
            if (operation <= ActionProgram.RUN) {
                send(program, operation, (int) operands[at], limit, packets, first, left);
                limit = operation == ActionProgram.CLONE ? limit : NO_LIMIT;
            } else if (operation == ActionProgram.TRUNCATE) {
                limit = (int) operands[at];
            } else if (operation == ActionProgram.SAMPLE) {
                sample(program, at, packets, first, left);
            } else if (operation == ActionProgram.CHECK_LENGTH) {
                checkLength(program, at, packets, first, left);
            } else {
                left = change(operation, operands, at, packets, first, left);
            }
            at += ActionProgram.operandCount(operation);
        }
    }

    // --- operations that send packets somewhere ---------------------------------------------------------------------------

    private void send(ActionProgram program, int operation, int operand, int limit, long[] packets, int first,
            int count) {
        long[] sent = packets;
        int from = first;
        int number = count;
        if (!ActionProgram.isFinal(operation)) {
            sent = copies[depth];
            from = 0;
            number = copy(packets, first, count, sent);
        }
        switch (operation) {
            case ActionProgram.OUTPUT, ActionProgram.OUTPUT_COPY -> {
                if (limit != NO_LIMIT) {
                    truncate(sent, from, number, limit);
                }
                counters.add(ThreadCounter.OUTPUTS, number);
                outputs.send(operand, sent, from, number);
            }
            case ActionProgram.RECIRCULATE, ActionProgram.RECIRCULATE_COPY -> recirculate(operand, sent, from, number);
            case ActionProgram.USERSPACE, ActionProgram.USERSPACE_COPY ->
                userspace(program.upcalls[operand], limit, sent, from, number);
            default -> executeNested(program, operand, sent, from, number);
        }
    }

    /** Runs a nested program on those packets that chance takes, on copies unless nothing follows. */
    private void sample(ActionProgram program, int at, long[] packets, int first, int count) {
        long[] operands = program.operands;
        boolean isLast = operands[at + 2] != 0;
        long[] sampled = others[depth];
        int number = 0;
        for (int i = first; i < first + count; i++) {
            if (isSampled(operands[at])) {
                long packet = isLast ? packets[i] : copyOf(packets[i]);
                if (packet != 0) {
                    sampled[number++] = packet;
                }
            } else if (isLast) {
                pool.release(packets[i]); // it went where it should before: no drop
            }
        }
        executeNested(program, (int) operands[at + 1], sampled, 0, number);
    }

    /** Runs one nested program on longer frames and another one on the others, on copies unless nothing follows. */
    private void checkLength(ActionProgram program, int at, long[] packets, int first, int count) {
        long[] operands = program.operands;
        long[] longer = others[depth];
        long[] rest = packets;
        int restFirst = first;
        int number = count;
        if (operands[at + 3] == 0) {
            rest = copies[depth];
            restFirst = 0;
            number = copy(packets, first, count, rest);
        }
        int longerCount = 0;
        int restCount = 0;
        for (int i = restFirst; i < restFirst + number; i++) {
            if (longestSegment(rest[i]) > operands[at]) {
                longer[longerCount++] = rest[i];
            } else {
                rest[restFirst + restCount++] = rest[i];
            }
        }
        executeNested(program, (int) operands[at + 1], longer, 0, longerCount);
        executeNested(program, (int) operands[at + 2], rest, restFirst, restCount);
    }

    private void executeNested(ActionProgram program, int index, long[] packets, int first, int count) {
        if (count > 0) {
            depth++;
            execute(program.nested[index], packets, first, count);
            depth--;
        }
    }

    private boolean isSampled(long probability) {
        random ^= random << 13;
        random ^= random >>> 7;
        random ^= random << 17;
        return random >>> 32 < probability || probability == 0xffff_ffffL;
    }

    /** The length of a frame as it goes over a wire: of one that is yet to be segmented, that of a whole segment. */
    private static int longestSegment(long packet) {
        int length = Packet.length(packet);
        if (Packet.gsoType(packet) == Packet.GSO_NONE) {
            return length;
        }
        int l4 = Packet.l4Offset(packet);
        int headers = Packet.gsoHeaderLength(packet);
        if (l4 != Packet.NO_OFFSET && l4 + TCP_DATA_OFFSET < length) {
            boolean udp = (Packet.gsoType(packet) & ~Packet.GSO_ECN) == Packet.GSO_UDP_L4;
            headers = l4 + (udp ? UDP_HEADER : Memory.getByte(Packet.data(packet) + l4 + TCP_DATA_OFFSET) >>> 4 << 2);
        }
        return Math.min(length, headers + Packet.gsoSize(packet));
    }

    private int copy(long[] packets, int first, int count, long[] to) {
        int made = 0;
        for (int i = first; i < first + count; i++) {
            long copy = copyOf(packets[i]);
            if (copy != 0) {
                to[made++] = copy;
            }
        }
        return made;
    }

    /** A copy; 0, counted, where there is no buffer for one. */
    private long copyOf(long packet) {
        long copy = pool.copyOf(packet);
        if (copy == 0) {
            counters.drop(DropReason.NO_BUFFER, 1);
        }
        return copy;
    }

    private static void truncate(long[] packets, int first, int count, int limit) {
        for (int i = first; i < first + count; i++) {
            if (Packet.length(packets[i]) > limit) {
                if (Packet.hasOffloads(packets[i])) {
                    // What is left of a segment is no segment; a checksum is finished while what it covers is there.
                    if (Packet.gsoType(packets[i]) != Packet.GSO_NONE || !Checksums.finish(packets[i])) {
                        Packet.clearVnet(packets[i]);
                    }
                }
                Packet.setLength(packets[i], limit);
            }
        }
    }

    private void recirculate(int id, long[] packets, int first, int count) {
        for (int i = first; i < first + count; i++) {
            long packet = packets[i];
            int times = Packet.recircDepth(packet) + 1;
            if (times > MAX_RECIRCULATIONS) {
                counters.drop(DropReason.RECIRCULATION_LIMIT, 1);
                pool.release(packet);
            } else {
                Packet.setRecircDepth(packet, times);
                Packet.setRecircId(packet, id);
                recirculated.add(packet);
            }
        }
    }

    private void userspace(DpAction.Userspace action, int limit, long[] packets, int first, int count) {
        if (limit != NO_LIMIT) {
            truncate(packets, first, count, limit);
        }
        for (int i = first; i < first + count; i++) {
            FlowExtractor.extract(packets[i], keys, 0);
            if (!upcalls.userspace(thread, packets[i], keys.words, 0, keys.used[0], action)) {
                counters.drop(DropReason.USERSPACE_LOST, 1);
                pool.release(packets[i]);
            }
        }
    }

    // --- operations that change packets -----------------------------------------------------------------------------------

    /** Changes the packets and returns how many of them are left. */
    private int change(int operation, long[] operands, int at, long[] packets, int first, int count) {
        int end = first + count;
        switch (operation) {
            case ActionProgram.SET_ETHERNET -> passSetEthernet(operands, at, packets, first, end);
            case ActionProgram.SET_IPV4 -> passSetIpv4(operands, at, packets, first, end);
            case ActionProgram.SET_PORTS -> passSetPorts(operands, at, packets, first, end);
            case ActionProgram.POP_VLAN -> passPopVlan(packets, first, end);
            case ActionProgram.PUSH_VLAN, ActionProgram.PUSH_MPLS -> {
                return passPush(operation, operands, at, packets, first, count);
            }
            case ActionProgram.HASH -> passHash((int) operands[at], packets, first, end);
            case ActionProgram.METER -> {
                return passMeter((int) operands[at], packets, first, count);
            }
            default -> passChange(operation, operands, at, packets, first, end);
        }
        return count;
    }

    // Named pass...: see FastPath.

    private static void passSetEthernet(long[] operands, int at, long[] packets, int first, int end) {
        for (int i = first; i < end; i++) {
            EthernetRewriter.setAddresses(Memory.known(packets[i]), operands[at], operands[at + 1], operands[at + 2],
                    operands[at + 3]);
        }
    }

    private static void passSetIpv4(long[] operands, int at, long[] packets, int first, int end) {
        for (int i = first; i < end; i++) {
            NetworkRewriter.setIpv4(Memory.known(packets[i]), operands, at);
        }
    }

    private static void passSetPorts(long[] operands, int at, long[] packets, int first, int end) {
        for (int i = first; i < end; i++) {
            TransportRewriter.setPorts(Memory.known(packets[i]), operands, at);
        }
    }

    private static void passPopVlan(long[] packets, int first, int end) {
        for (int i = first; i < end; i++) {
            EthernetRewriter.popVlan(Memory.known(packets[i]));
        }
    }

    private void passHash(int basis, long[] packets, int first, int end) {
        for (int i = first; i < end; i++) {
            long packet = Memory.known(packets[i]);
            FlowExtractor.extract(packet, keys, 0);
            Packet.setDpHash(packet, ConnectionHash.of(keys.words, basis));
        }
    }

    private static void passChange(int operation, long[] operands, int at, long[] packets, int first, int end) {
        for (int i = first; i < end; i++) {
            changeOne(operation, operands, at, Memory.known(packets[i]));
        }
    }

    private static void changeOne(int operation, long[] operands, int at, long packet) {
        switch (operation) {
            case ActionProgram.SET_IPV6 -> NetworkRewriter.setIpv6(packet, operands, at);
            case ActionProgram.SET_ARP -> NetworkRewriter.setArp(packet, operands, at);
            case ActionProgram.SET_ICMP -> TransportRewriter.setIcmp(packet, operands, at);
            case ActionProgram.SET_ND -> TransportRewriter.setNd(packet, operands, at);
            case ActionProgram.SET_MPLS -> EthernetRewriter.setMpls(packet, (int) operands[at], (int) operands[at + 1]);
            case ActionProgram.POP_MPLS -> EthernetRewriter.popMpls(packet, (int) operands[at]);
            case ActionProgram.SET_MARK -> Packet.setPktMark(packet,
                    (Packet.pktMark(packet) & ~(int) operands[at + 1]) | (int) operands[at]);
            case ActionProgram.SET_PRIORITY -> Packet.setSkbPriority(packet,
                    (Packet.skbPriority(packet) & ~(int) operands[at + 1]) | (int) operands[at]);
            default -> throw new IllegalStateException("operation " + operation);
        }
    }

    private int passPush(int operation, long[] operands, int at, long[] packets, int first, int count) {
        int kept = 0;
        for (int i = first; i < first + count; i++) {
            long packet = Memory.known(packets[i]);
            boolean done = operation == ActionProgram.PUSH_VLAN
                    ? EthernetRewriter.pushVlan(packet, (int) operands[at])
                    : EthernetRewriter.pushMpls(packet, (int) operands[at], (int) operands[at + 1]);
            if (done) {
                packets[first + kept++] = packet;
            } else {
                counters.drop(DropReason.NO_HEADROOM, 1);
                pool.release(packet);
            }
        }
        return kept;
    }

    private int passMeter(int number, long[] packets, int first, int count) {
        Meter meter = meters.get(number);
        if (meter == null) {
            return count;
        }
        metered.measure(packets, first, count);
        if (!meter.pass(thread.id(), nowNs, metered)) {
            return count;
        }
        int kept = 0;
        for (int i = 0; i < count; i++) {
            long packet = packets[first + i];
            if (metered.exceeded[i] < 0) {
                packets[first + kept++] = packet;
            } else {
                counters.drop(DropReason.METER, 1);
                pool.release(packet);
            }
        }
        return kept;
    }

    /** Begins a cycle; meters go by its time. */
    void beginCycle(long cycleNs) {
        nowNs = cycleNs;
    }

    /** After a failure in the middle of a program. */
    void reset() {
        depth = 0;
    }

    private void dropAll(DropReason reason, long[] packets, int first, int count) {
        counters.drop(reason, count);
        for (int i = first; i < first + count; i++) {
            pool.release(packets[i]);
        }
    }
}
