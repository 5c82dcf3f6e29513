package dev.turnout.core.memory;

import java.io.BufferedOutputStream;
import java.io.Closeable;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Reads and writes files in the classic pcap format (microsecond or nanosecond timestamps, either byte order, Ethernet). */
public final class PcapFile {
    private static final int MAGIC = 0xa1b2c3d4;
    private static final int MAGIC_NANOSECONDS = 0xa1b23c4d;
    private static final int HEADER = 24;
    private static final int RECORD = 16;
    private static final int ETHERNET = 1;
    private static final int SNAP_LENGTH = 262_144;

    private PcapFile() {
    }

    /** The frames of a file, in order. */
    public static List<byte[]> read(Path file) throws IOException {
        ByteBuffer in = ByteBuffer.wrap(Files.readAllBytes(file)).order(ByteOrder.LITTLE_ENDIAN);
        if (in.remaining() < HEADER) {
            throw new IOException(file + ": not a pcap file: " + in.remaining() + " bytes");
        }
        int magic = in.getInt(0);
        if (magic != MAGIC && magic != MAGIC_NANOSECONDS) {
            in.order(ByteOrder.BIG_ENDIAN);
            magic = in.getInt(0);
            if (magic != MAGIC && magic != MAGIC_NANOSECONDS) {
                throw new IOException(file + ": not a pcap file: magic number " + Integer.toHexString(magic));
            }
        }
        int linkType = in.getInt(20) & 0xffff;
        if (linkType != ETHERNET) {
            throw new IOException(file + ": link type " + linkType + " is not Ethernet (1)");
        }
        in.position(HEADER);
        List<byte[]> frames = new ArrayList<>();
        while (in.remaining() >= RECORD) {
            int length = in.getInt(in.position() + 8);
            in.position(in.position() + RECORD);
            if (length < 0 || length > in.remaining()) {
                throw new IOException(file + ": frame " + frames.size() + " is cut off");
            }
            byte[] frame = new byte[length];
            in.get(frame);
            frames.add(frame);
        }
        return frames;
    }

    /** Writes frames to a file, one after the other; one thread at a time. */
    public static final class Writer implements Closeable {
        private final OutputStream out;
        private final ByteBuffer header = ByteBuffer.allocate(HEADER).order(ByteOrder.LITTLE_ENDIAN);

        public Writer(Path file) throws IOException {
            out = new BufferedOutputStream(Files.newOutputStream(file), 1 << 16);
            header.putInt(MAGIC).putShort((short) 2).putShort((short) 4).putInt(0).putInt(0).putInt(SNAP_LENGTH)
                    .putInt(ETHERNET);
            out.write(header.array(), 0, HEADER);
        }

        public void write(byte[] frame, long timeMicros) throws IOException {
            header.clear();
            header.putInt((int) (timeMicros / 1_000_000)).putInt((int) (timeMicros % 1_000_000)).putInt(frame.length)
                    .putInt(frame.length);
            out.write(header.array(), 0, RECORD);
            out.write(frame);
        }

        public void flush() throws IOException {
            out.flush();
        }

        @Override
        public void close() throws IOException {
            out.close();
        }
    }
}
