package dev.turnout.flow;

import java.io.ByteArrayOutputStream;
import java.util.Random;

/** Frames of every kind that key extraction knows, valid unless asked otherwise, drawn from a seeded generator. */
final class RandomFrames {
    private final Random random;
    /** Whether transport headers may be cut where the IP header says so, too. */
    private boolean cutTransport;

    RandomFrames(long seed) {
        random = new Random(seed);
    }

    /** The seed of this run: {@code -Dturnout.seed}, else a new one. */
    static long seed() {
        String property = System.getProperty("turnout.seed", "");
        return property.isEmpty() ? new Random().nextLong() : Long.parseLong(property);
    }

    /** A valid frame, perhaps padded. */
    byte[] valid() {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        bytes(out, 12);
        int tags = random.nextInt(4) == 0 ? 1 + random.nextInt(3) : 0;
        for (int i = 0; i < tags; i++) {
            number(out, random.nextBoolean() ? 0x8100 : 0x88a8, 2);
            bytes(out, 2);
        }
        payload(out);
        if (random.nextInt(4) == 0) {
            bytes(out, random.nextInt(20));
        }
        return out.toByteArray();
    }

    /** A valid frame with some bytes changed, or cut short, or both. */
    byte[] broken() {
        cutTransport = random.nextInt(4) == 0;
        byte[] frame = valid();
        cutTransport = false;
        int changes = random.nextInt(6) - 1;
        for (int i = 0; i < changes; i++) {
            int limit = random.nextBoolean() ? frame.length : Math.min(frame.length, 60);
            int place = random.nextInt(limit);
            frame[place] = random.nextBoolean()
                    ? (byte) random.nextInt()
                    : (byte) (frame[place] ^ 1 << random.nextInt(8));
        }
        if (changes == 0 || (changes > 0 && random.nextBoolean())) {
            byte[] cut = new byte[random.nextInt(frame.length + 1)];
            System.arraycopy(frame, 0, cut, 0, cut.length);
            return cut;
        }
        return frame;
    }

    private void payload(ByteArrayOutputStream out) {
        switch (random.nextInt(14)) {
            case 0 -> {
                number(out, random.nextInt(4) == 0 ? 0x8035 : 0x0806, 2);
                arp(out);
            }
            case 1 -> {
                number(out, random.nextBoolean() ? 0x8847 : 0x8848, 2);
                mpls(out);
            }
            case 2 -> llc(out);
            case 3 -> {
                number(out, 0x894f, 2);
                nsh(out);
            }
            case 4 -> {
                number(out, 0x9000 + random.nextInt(0x7000), 2); // no type that is known
                bytes(out, random.nextInt(60));
            }
            case 5, 6, 7, 8, 9 -> {
                number(out, 0x0800, 2);
                ipv4(out);
            }
            default -> {
                number(out, 0x86dd, 2);
                ipv6(out);
            }
        }
    }

    private void llc(ByteArrayOutputStream out) {
        number(out, random.nextInt(0x600), 2);
        if (random.nextBoolean()) {
            number(out, 0xaaaa03000000L, 6);
            switch (random.nextInt(3)) {
                case 0 -> number(out, random.nextInt(0x600), 2);
                case 1 -> {
                    number(out, 0x0800, 2);
                    ipv4(out);
                }
                default -> {
                    number(out, 0x0806, 2);
                    arp(out);
                }
            }
        } else {
            bytes(out, random.nextInt(40));
        }
    }

    private void arp(ByteArrayOutputStream out) {
        number(out, 0x000108000604L, 6);
        number(out, random.nextInt(8) == 0 ? random.nextInt(65536) : 1 + random.nextInt(2), 2);
        bytes(out, 20);
    }

    private void mpls(ByteArrayOutputStream out) {
        int labels = 1 + random.nextInt(5);
        for (int i = 0; i < labels; i++) {
            int entry = random.nextInt();
            number(out, i == labels - 1 ? entry | 0x100 : entry & ~0x100, 4);
        }
        bytes(out, random.nextInt(30));
    }

    private void nsh(ByteArrayOutputStream out) {
        int type = random.nextInt(4);
        int words = type == 1 ? 6 : 2 + random.nextInt(4);
        number(out, random.nextInt(4) << 12 | random.nextInt(64) << 6 | words, 2);
        number(out, type, 1);
        bytes(out, words * 4 - 3);
        bytes(out, random.nextInt(20));
    }

    private void ipv4(ByteArrayOutputStream out) {
        int protocol = protocol(1);
        int place = random.nextInt(5) == 0
                ? new int[]{0x2000, 0x2001, 5, 0x4000}[random.nextInt(4)]
                : random.nextInt(2) * 0x4000;
        ByteArrayOutputStream inner = new ByteArrayOutputStream();
        transport(inner, protocol);
        int options = random.nextInt(5) == 0 ? random.nextInt(11) * 4 : 0;
        number(out, 0x40 + (20 + options) / 4, 1);
        bytes(out, 1);
        number(out, 20 + options + inner.size(), 2);
        bytes(out, 2);
        number(out, place, 2);
        bytes(out, 1);
        number(out, protocol, 1);
        bytes(out, 10 + options);
        out.writeBytes(inner.toByteArray());
    }

    private void ipv6(ByteArrayOutputStream out) {
        int[] extensions = new int[random.nextInt(3) == 0 ? random.nextInt(5) : 0];
        int[] kinds = {0, 43, 44, 51, 60};
        for (int i = 0; i < extensions.length; i++) {
            extensions[i] = kinds[random.nextInt(kinds.length)];
        }
        int protocol = protocol(58);
        ByteArrayOutputStream inner = new ByteArrayOutputStream();
        for (int i = 0; i < extensions.length; i++) {
            int next = i + 1 < extensions.length ? extensions[i + 1] : protocol;
            extension(inner, extensions[i], next);
        }
        transport(inner, protocol);
        number(out, 0x60000000L | random.nextInt(0x10000000), 4);
        number(out, inner.size(), 2);
        number(out, extensions.length > 0 ? extensions[0] : protocol, 1);
        bytes(out, 33);
        out.writeBytes(inner.toByteArray());
    }

    private void extension(ByteArrayOutputStream out, int kind, int next) {
        number(out, next, 1);
        if (kind == 44) {
            number(out, 0, 1);
            number(out, new int[]{0, 1, 8, 0x81}[random.nextInt(4)], 2);
            bytes(out, 4);
        } else if (kind == 51) {
            int length = 1 + random.nextInt(5);
            number(out, length, 1);
            bytes(out, (length + 2) * 4 - 2);
        } else {
            int length = random.nextInt(3);
            number(out, length, 1);
            bytes(out, (length + 1) * 8 - 2);
        }
    }

    private int protocol(int icmp) {
        int[] kinds = {6, 6, 17, 17, icmp, icmp, 132, 2, 47, 135, 58, 1};
        return kinds[random.nextInt(kinds.length)];
    }

    private void transport(ByteArrayOutputStream out, int protocol) {
        ByteArrayOutputStream whole = new ByteArrayOutputStream();
        wholeTransport(whole, protocol);
        int length = cutTransport ? random.nextInt(Math.min(40, whole.size() + 1)) : whole.size();
        out.write(whole.toByteArray(), 0, length);
    }

    private void wholeTransport(ByteArrayOutputStream out, int protocol) {
        switch (protocol) {
            case 6 -> {
                int options = random.nextInt(4) == 0 ? random.nextInt(11) * 4 : 0;
                bytes(out, 12);
                number(out, (20 + options) / 4 * 4096 + random.nextInt(4096), 2);
                bytes(out, 6 + options + random.nextInt(60));
            }
            case 17 -> bytes(out, 8 + random.nextInt(60));
            case 132 -> bytes(out, 12 + random.nextInt(60));
            case 58 -> {
                if (random.nextBoolean()) {
                    neighbourDiscovery(out);
                } else {
                    bytes(out, 8 + random.nextInt(60));
                }
            }
            default -> bytes(out, 8 + random.nextInt(60));
        }
    }

    private void neighbourDiscovery(ByteArrayOutputStream out) {
        number(out, 135 + random.nextInt(2), 1);
        number(out, random.nextInt(8) == 0 ? 1 : 0, 1);
        bytes(out, 22);
        int options = random.nextInt(4);
        for (int i = 0; i < options; i++) {
            number(out, 1 + random.nextInt(3), 1);
            int length = random.nextInt(4) == 0 ? 2 : 1;
            number(out, length, 1);
            bytes(out, length * 8 - 2);
        }
    }

    private void bytes(ByteArrayOutputStream out, int count) {
        byte[] bytes = new byte[count];
        random.nextBytes(bytes);
        out.writeBytes(bytes);
    }

    private static void number(ByteArrayOutputStream out, long value, int bytes) {
        for (int i = bytes - 1; i >= 0; i--) {
            out.write((int) (value >>> (8 * i)));
        }
    }
}
