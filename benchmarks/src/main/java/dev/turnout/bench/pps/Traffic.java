package dev.turnout.bench.pps;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;

/**
 * Frames of 60 bytes (64 with the frame check sequence) to replay: as many as there are flows, each of another flow, in
 * shuffled order with a fixed seed, so that consecutive frames belong to different flows.
 *
 * @param kind
 *            which flows
 * @param flows
 *            how many
 * @param classes
 *            of {@link Kind#MASKS}: how many classes of source networks
 */
record Traffic(Kind kind, int flows, int classes) {
    private static final int FRAME = 60;
    private static final byte[] MACS = {2, 0, 0, 0, 0, 2, 2, 0, 0, 0, 0, 1, 8, 0};
    private static final int TEN = 10 << 24;
    private static final int TWENTY = 20 << 24;

    /** Which flows. */
    enum Kind {
        /** Five-tuples with destination port 80. */
        UDP,
        /** Sources 10.0.0.x, 11.0.0.x, ... by class, destinations 20.0.0.y: to be matched by a rule per class with its own mask. */
        MASKS
    }

    static Traffic udp(int flows) {
        return new Traffic(Kind.UDP, flows, 1);
    }

    static Traffic masks(int flows, int classes) {
        return new Traffic(Kind.MASKS, flows, classes);
    }

    List<byte[]> frames() {
        List<byte[]> frames = new ArrayList<>(flows);
        for (int i = 0; i < flows; i++) {
            frames.add(frame(i));
        }
        Collections.shuffle(frames, new Random(7));
        return frames;
    }

    private byte[] frame(int i) {
        int srcPort = 1024 + (int) (i * 7919L % 60000);
        if (kind == Kind.MASKS) {
            int flow = i / classes;
            int source = TEN + (i % classes << 24) + (flow & 255);
            return udp(source, TWENTY + (flow >> 8 & 255), srcPort);
        }
        return udp(TEN + (i >> 8 & 255) * 256 + (i & 255), TWENTY + 1 + i % 250, srcPort);
    }

    private static byte[] udp(int src, int dst, int srcPort) {
        int udpLength = FRAME - 34;
        ByteBuffer frame = ByteBuffer.allocate(FRAME);
        frame.put(MACS).put((byte) 0x45).put((byte) 0).putShort((short) (FRAME - 14)).putShort((short) 0)
                .putShort((short) 0x4000).put((byte) 64).put((byte) 17).putShort((short) 0).putInt(src).putInt(dst);
        frame.putShort((short) srcPort).putShort((short) 80).putShort((short) udpLength);
        frame.putShort(24, (short) ~sum(frame, 14, 20));
        int pseudo = 17 + udpLength + sum(frame, 26, 8);
        int checksum = ~fold(pseudo + sum(frame, 34, udpLength)) & 0xffff;
        frame.putShort(40, (short) (checksum == 0 ? 0xffff : checksum));
        return frame.array();
    }

    private static int sum(ByteBuffer bytes, int from, int length) {
        int sum = 0;
        for (int i = 0; i < length; i += 2) {
            sum += bytes.getShort(from + i) & 0xffff;
        }
        return fold(sum);
    }

    private static int fold(int sum) {
        int once = (sum & 0xffff) + (sum >>> 16);
        return (once & 0xffff) + (once >>> 16);
    }
}
