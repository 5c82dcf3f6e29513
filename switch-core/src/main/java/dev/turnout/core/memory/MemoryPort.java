package dev.turnout.core.memory;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.LongConsumer;

import dev.turnout.core.LinkState;
import dev.turnout.core.Port;
import dev.turnout.core.PortContext;
import dev.turnout.core.PortCounters.Counter;
import dev.turnout.core.PortFeatures;
import dev.turnout.core.Receiver;
import dev.turnout.core.Transmitter;
import dev.turnout.packet.Memory;
import dev.turnout.packet.Packet;
import dev.turnout.packet.PacketBatch;
import org.jspecify.annotations.Nullable;

/**
 * A port for tests: frames are injected by any thread and come out of the switch as captured frames.
 *
 * <p>Thread rules: {@link #inject}, {@link #captured} and {@link #setLinkState} may be called by any thread.
 */
public final class MemoryPort implements Port {
    /**
     * A frame on its way in or out.
     *
     * @param bytes
     *            the frame
     * @param vnetHeader
     *            its virtio-net header of ten bytes in host order, or empty for none
     */
    @SuppressWarnings("ArrayRecordComponent") // frames are compared by their bytes, where at all
    public record Frame(byte[] bytes, byte[] vnetHeader) {
        /** A frame with nothing to be finished. */
        public static Frame of(byte[] bytes) {
            return new Frame(bytes, new byte[0]);
        }

        @Override
        public String toString() {
            return bytes.length + " bytes";
        }
    }

    private static final int VNET_HEADER = 10;

    private final String name;
    private final PortFeatures features;
    private final Queue<Frame> injected = new ConcurrentLinkedQueue<>();
    private final Queue<Frame> captured = new ConcurrentLinkedQueue<>();
    private volatile LinkState state;
    private volatile @Nullable PortListener listener;
    private volatile @Nullable PortContext receiving;

    /** A port without virtio-net headers. */
    public MemoryPort(String name) {
        this(name, PortFeatures.PLAIN);
    }

    public MemoryPort(String name, PortFeatures features) {
        this.name = name;
        this.features = features;
        state = LinkState.up(0x0200_0000_0000L | (name.hashCode() & 0xffff_ffffL));
    }

    // --- tests ------------------------------------------------------------------------------------------------------------

    /** Makes the switch receive a frame. */
    public void inject(byte[] frame) {
        inject(Frame.of(frame));
    }

    /** Makes the switch receive a frame with a virtio-net header. */
    public void inject(Frame frame) {
        injected.add(frame);
        PortContext context = receiving;
        if (context != null) {
            context.io().wakeup();
        }
    }

    /** Takes what the switch has sent since the last call. */
    public List<Frame> captured() {
        List<Frame> frames = new ArrayList<>();
        for (Frame frame = captured.poll(); frame != null; frame = captured.poll()) {
            frames.add(frame);
        }
        return frames;
    }

    /** How many sent frames wait to be taken. */
    public int capturedCount() {
        return captured.size();
    }

    /** Changes the interface's state and tells the datapath. */
    public void setLinkState(LinkState now) {
        state = now;
        PortListener told = listener;
        if (told != null) {
            told.linkChanged(this, now);
        }
    }

    // --- the port ---------------------------------------------------------------------------------------------------------

    @Override
    public String name() {
        return name;
    }

    @Override
    public String type() {
        return "memory";
    }

    @Override
    public PortFeatures features() {
        return features;
    }

    @Override
    public LinkState linkState() {
        return state;
    }

    @Override
    public String receiveMode() {
        return "memory";
    }

    @Override
    public void setListener(PortListener told) {
        listener = told;
    }

    @Override
    public Receiver openReceiver(PortContext context) {
        receiving = context;
        return new MemoryReceiver(context);
    }

    @Override
    public Transmitter openTransmitter(PortContext context) {
        return new MemoryTransmitter(context);
    }

    @Override
    public void close() {
        injected.clear();
    }

    private final class MemoryReceiver implements Receiver {
        private final PortContext context;

        private MemoryReceiver(PortContext context) {
            this.context = context;
        }

        @Override
        public int receive(PacketBatch batch) {
            int count = 0;
            while (!batch.isFull()) {
                Frame frame = injected.poll();
                if (frame == null) {
                    break;
                }
                long packet = context.pool().allocateFor(frame.bytes().length);
                if (packet == 0) {
                    context.counters().add(Counter.RX_DROPPED, 1);
                    continue;
                }
                Packet.fromBytes(packet, frame.bytes());
                Memory.copyIn(frame.vnetHeader(), 0, packet + Packet.VNET_HEADER, frame.vnetHeader().length);
                batch.add(packet);
                count++;
            }
            return count;
        }

        @Override
        public void close() {
            receiving = null;
        }
    }

    private final class MemoryTransmitter implements Transmitter {
        private final PortContext context;
        private final LongConsumer capture = this::capture;

        private MemoryTransmitter(PortContext context) {
            this.context = context;
        }

        @Override
        public void transmit(long[] packets, int count) {
            Arrays.stream(packets, 0, count).forEach(capture);
        }

        private void capture(long packet) {
            byte[] vnet = new byte[features.vnetHeader() ? VNET_HEADER : 0];
            Memory.copyOut(packet + Packet.VNET_HEADER, vnet, 0, vnet.length);
            context.counters().transmitted(1, Packet.length(packet));
            captured.add(new Frame(Packet.toBytes(packet), vnet));
            context.pool().release(packet);
        }

        @Override
        public void flush() {
        }

        @Override
        public boolean acceptsVnet() {
            return features.vnetHeader();
        }

        @Override
        public void close() {
        }
    }
}
