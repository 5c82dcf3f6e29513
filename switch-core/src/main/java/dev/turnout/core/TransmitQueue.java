package dev.turnout.core;

import dev.turnout.packet.Memory;
import dev.turnout.packet.Packet;

/**
 * What one forwarding thread is about to send to one port: packets gather here during a cycle, so that the transmitter gets
 * them in few large calls. What the way out cannot take is finished in software first, see {@link VnetFinisher}.
 *
 * <p>Thread rules: one owner thread.
 */
final class TransmitQueue {
    private static final int CAPACITY = 128;

    private final Transmitter transmitter;
    private final VnetFinisher finisher;
    private final boolean acceptsVnet;
    private final int maxFrameLength;
    private final long[] packets = new long[CAPACITY];
    private int count;
    /** Whether {@link Outputs} has this queue on the list of those to flush. */
    boolean isDirty;

    TransmitQueue(Transmitter transmitter, PortFeatures features, VnetFinisher finisher) {
        this.transmitter = transmitter;
        this.finisher = finisher;
        acceptsVnet = transmitter.acceptsVnet();
        maxFrameLength = features.maxFrameLength();
    }

    /** Takes packets over. */
    void add(long[] from, int first, int number) {
        int position = first;
        int left = number;
        while (left > CAPACITY - count) {
            int part = CAPACITY - count;
            System.arraycopy(from, position, packets, count, part);
            count = CAPACITY;
            position += part;
            left -= part;
            push();
        }
        int end = count;
        for (int i = 0; i < left; i++) {
            packets[end + i] = from[position + i];
        }
        count = end + left;
    }

    /** Hands everything to the transmitter and flushes it. */
    void flush() {
        push();
        transmitter.flush();
    }

    void close() {
        flush();
        transmitter.close();
    }

    private void push() {
        int number = count;
        count = 0;
        for (int i = 0; i < number; i++) {
            long packet = Memory.known(packets[i]);
            if (Packet.hasOffloads(packet) || Packet.length(packet) > maxFrameLength) {
                pushFinished(number);
                return;
            }
        }
        if (number > 0) {
            transmitter.transmit(packets, number);
        }
    }

    private void pushFinished(int number) {
        int finished = finisher.finish(packets, number, acceptsVnet, maxFrameLength);
        if (finished > 0) {
            transmitter.transmit(finisher.packets(), finished);
        }
    }
}
