package dev.turnout.core.memory;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.List;

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
import dev.turnout.packet.PacketPool;
import org.jspecify.annotations.Nullable;

/**
 * A port that receives the frames of a pcap file, once or without end, as fast as the switch takes them, and records what it
 * is sent in another file or drops it.
 *
 * <p>The file is read into memory when the port is made; receiving a frame copies it from there into a packet buffer, on the
 * forwarding thread.
 *
 * <p>Thread rules: as {@link Port}. Recording is for small amounts: transmitters of several threads share the file under a lock.
 */
public final class PcapPort implements Port {
    private static final int SMALL_FRAME = 192;

    private final String name;
    private final FrameImage image;
    private final boolean endless;
    /** Guarded by this. */
    private PcapFile.@Nullable Writer writer;

    /**
     * @param name
     *            the interface's name
     * @param replay
     *            frames to receive; may be empty
     * @param endless
     *            whether to begin again after the last
     * @param record
     *            file to write sent frames to, or null to drop them
     */
    public PcapPort(String name, List<byte[]> replay, boolean endless, @Nullable Path record) throws IOException {
        this.name = name;
        this.endless = endless;
        image = new FrameImage(replay);
        writer = record == null ? null : new PcapFile.Writer(record);
    }

    /** A port that replays a file. */
    public static PcapPort replaying(String name, Path file, boolean endless) throws IOException {
        return new PcapPort(name, PcapFile.read(file), endless, null);
    }

    /** A port that receives nothing and drops what it is sent. */
    public static PcapPort sink(String name) {
        try {
            return new PcapPort(name, List.of(), false, null);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public String type() {
        return "pcap";
    }

    @Override
    public PortFeatures features() {
        return PortFeatures.PLAIN;
    }

    @Override
    public LinkState linkState() {
        return LinkState.up(0x0200_0000_0000L | (name.hashCode() & 0xffff_ffffL));
    }

    @Override
    public String receiveMode() {
        return "pcap";
    }

    @Override
    public Receiver openReceiver(PortContext context) {
        return new Replay(context, image, endless);
    }

    @Override
    public Transmitter openTransmitter(PortContext context) {
        synchronized (this) {
            return writer == null ? new Sink(context) : new Recorder(context);
        }
    }

    @Override
    public void close() {
        synchronized (this) {
            if (writer != null) {
                try {
                    writer.close();
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                } finally {
                    writer = null;
                }
            }
        }
        image.close();
    }

    /** Copies frames out of the image. */
    private static final class Replay implements Receiver {
        private final PacketPool pool;
        private final FrameImage image;
        private final boolean endless;
        private int next;

        private Replay(PortContext context, FrameImage image, boolean endless) {
            this.pool = context.pool();
            this.image = image;
            this.endless = endless;
        }

        @Override
        public int receive(PacketBatch batch) {
            int frame = next;
            int end = image.count();
            int before = batch.count;
            while (!batch.isFull()) {
                if (frame == end) {
                    if (!endless || end == 0) {
                        break;
                    }
                    frame = 0;
                }
                int length = image.length(frame);
                long packet = Memory.known(pool.allocateFor(length));
                if (packet == 0) {
                    break; // nothing is lost: the file waits
                }
                Packet.setFrame(packet, Packet.DATA_START, length);
                if (length <= SMALL_FRAME) {
                    Memory.copySmall(image.address(frame), packet + Packet.DATA_START, length);
                } else {
                    Memory.copy(image.address(frame), packet + Packet.DATA_START, length);
                }
                batch.add(packet);
                frame++;
            }
            next = frame;
            return batch.count - before;
        }

        @Override
        public void close() {
        }
    }

    /** Counts and drops. */
    private static final class Sink implements Transmitter {
        private final PortContext context;

        private Sink(PortContext context) {
            this.context = context;
        }

        @Override
        public void transmit(long[] packets, int count) {
            PacketPool pool = context.pool();
            long bytes = 0;
            for (int i = 0; i < count; i++) {
                long packet = Memory.known(packets[i]);
                bytes += Packet.length(packet);
                pool.release(packet);
            }
            context.counters().transmitted(count, bytes);
        }

        @Override
        public void flush() {
        }

        @Override
        public boolean acceptsVnet() {
            return false;
        }

        @Override
        public void close() {
        }
    }

    private final class Recorder implements Transmitter {
        private final PortContext context;

        private Recorder(PortContext context) {
            this.context = context;
        }

        @Override
        public void transmit(long[] packets, int count) {
            long nowMicros = System.currentTimeMillis() * 1000;
            for (int i = 0; i < count; i++) {
                record(Packet.toBytes(packets[i]), nowMicros);
                context.pool().release(packets[i]);
            }
        }

        private void record(byte[] frame, long nowMicros) {
            synchronized (PcapPort.this) {
                try {
                    if (writer != null) {
                        writer.write(frame, nowMicros);
                        context.counters().transmitted(1, frame.length);
                    }
                } catch (IOException e) {
                    context.counters().add(Counter.TX_ERRORS, 1);
                }
            }
        }

        @Override
        public void flush() {
            synchronized (PcapPort.this) {
                try {
                    if (writer != null) {
                        writer.flush();
                    }
                } catch (IOException e) {
                    context.counters().add(Counter.TX_ERRORS, 1);
                }
            }
        }

        @Override
        public boolean acceptsVnet() {
            return false;
        }

        @Override
        public void close() {
        }
    }
}
