package dev.turnout.bench.micro;

import java.util.Random;

import dev.turnout.flow.FlowHash;
import dev.turnout.flow.FlowKeys;
import dev.turnout.flow.FlowLayout;
import dev.turnout.packet.PacketBatch;

/**
 * Batches of keys of UDP packets from port 1, each flow once, in shuffled order with a fixed seed. {@link #next} goes round over them.
 *
 * <p>Thread rules: one owner thread.
 */
final class KeyBatches {
    static final int BATCH = PacketBatch.CAPACITY;
    static final int IN_PORT = 1;
    /** The words that {@link #write} fills. */
    static final long USED = 0x1f;

    private final FlowKeys[] batches;
    private final int[] pending = new int[BATCH];
    private int next;

    /**
     * @param flows
     *            how many, rounded up to whole batches
     * @param classes
     *            how many source networks {@code (10 + class).0.0.0/8} they are spread over
     * @param hot
     *            so many of the classes, the first ones, have three quarters of the flows; 0: all have the same share
     */
    KeyBatches(int flows, int classes, int hot) {
        Random random = new Random(7);
        batches = new FlowKeys[(flows + BATCH - 1) / BATCH];
        int[] order = random.ints(0, Integer.MAX_VALUE).distinct().limit((long) batches.length * BATCH).toArray();
        for (int i = 0; i < order.length; i++) {
            FlowKeys keys = i % BATCH == 0 ? new FlowKeys() : batches[i / BATCH];
            batches[i / BATCH] = keys;
            int among = hot > 0 && hot < classes && random.nextInt(4) > 0 ? hot : classes;
            write(keys, i % BATCH, random.nextInt(among), order[i]);
        }
    }

    private static void write(FlowKeys keys, int row, int sourceClass, int flow) {
        long[] words = keys.words;
        int base = FlowKeys.row(row);
        words[base + FlowLayout.RECIRC_PORT] = IN_PORT;
        words[base + FlowLayout.ETH_DST_TYPE] = 0x0200_0000_0002_0800L;
        words[base + FlowLayout.ETH_SRC_VLAN] = 0x0200_0000_0000_0000L | (long) (flow >>> 24) << 16;
        words[base + FlowLayout.IPV4] = (long) (10 + sourceClass & 0xff) << 56 | 0x1400_0000L | (flow & 0xff);
        // Protocol 17, time to live 64, source port, destination port 80; the flow's highest bits are in the source Ethernet address.
        words[base + FlowLayout.L4] = 17L << 56 | 64L << 40 | (flow >>> 8 & 0xffffL) << 16 | 80;
        keys.used[row] = USED;
        keys.hashes[row] = FlowHash.hash(words, base, USED);
    }

    int count() {
        return batches.length;
    }

    FlowKeys batch(int number) {
        return batches[number];
    }

    FlowKeys next() {
        int number = next;
        next = number + 1 == batches.length ? 0 : number + 1;
        return batches[number];
    }

    /** All rows of a batch, as pending ones; the same array every time. */
    int[] allPending() {
        for (int i = 0; i < BATCH; i++) {
            pending[i] = i;
        }
        return pending;
    }
}
