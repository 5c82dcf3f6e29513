package dev.turnout.bench.lab;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

/**
 * Bulk transfers over TCP: as many bytes as the path takes for a time, or a fixed number with their content checked.
 */
public final class TcpTransfer {
    private static final int CHUNK = 256 * 1024;
    private static final int CONNECT_MILLIS = 5000;
    /** Of so many bytes one is checked: enough to find a lost, doubled or shifted segment without being the bottleneck. */
    private static final int STRIDE = 1024;

    /**
     * What arrived.
     *
     * @param bytes
     *            received, all streams
     * @param nanos
     *            from the first to the last byte
     * @param streams
     *            connections
     */
    public record Result(long bytes, long nanos, int streams) {
        public double gigabitsPerSecond() {
            return nanos == 0 ? 0 : bytes * 8.0 / nanos;
        }
    }

    private TcpTransfer() {
    }

    /** Sends for a time over one or more connections, and returns what the receiver got. */
    public static Result run(Host from, Host to, int streams, long nanos) throws IOException {
        long start = System.nanoTime();
        return run(from, to, streams, sent -> System.nanoTime() - start < nanos ? CHUNK : 0);
    }

    /** Sends a number of bytes over one connection; fails where they arrive changed. */
    public static Result exactly(Host from, Host to, long bytes) throws IOException {
        return run(from, to, 1, sent -> (int) Math.min(CHUNK, bytes - sent));
    }

    /** How much more to send, given what was sent. */
    @FunctionalInterface
    private interface Plan {
        int next(long sent);
    }

    private static Result run(Host from, Host to, int streams, Plan plan) throws IOException {
        ServerSocketChannel server = to.call(() -> {
            ServerSocketChannel channel = ServerSocketChannel.open();
            channel.bind(new InetSocketAddress(to.address(), 0), streams);
            return channel;
        });
        try (server) {
            InetSocketAddress address = (InetSocketAddress) server.getLocalAddress();
            List<Future<Long>> senders = new ArrayList<>();
            List<Future<Long>> receivers = new ArrayList<>();
            long start = System.nanoTime();
            for (int i = 0; i < streams; i++) {
                senders.add(from.submit(() -> send(address, plan)));
                receivers.add(to.submit(() -> receive(server)));
            }
            long sent = 0;
            for (Future<Long> sender : senders) {
                try {
                    sent += Host.await(sender);
                } catch (IOException e) {
                    server.close(); // ends receivers that wait for a connection that will not come
                    throw e;
                }
            }
            long received = 0;
            for (Future<Long> receiver : receivers) {
                received += Host.await(receiver);
            }
            if (sent != received) {
                throw new IOException("sent " + sent + " bytes over TCP, " + received + " arrived");
            }
            return new Result(received, System.nanoTime() - start, streams);
        }
    }

    private static long send(InetSocketAddress to, Plan plan) throws IOException {
        try (SocketChannel channel = SocketChannel.open()) {
            try {
                channel.socket().connect(to, CONNECT_MILLIS);
            } catch (SocketTimeoutException e) {
                throw new IOException("no TCP connection to " + to + " within "
                        + TimeUnit.MILLISECONDS.toSeconds(CONNECT_MILLIS) + " s", e);
            }
            ByteBuffer buffer = ByteBuffer.allocateDirect(CHUNK + Long.BYTES);
            long sent = 0;
            int length;
            while ((length = plan.next(sent)) > 0) {
                fill(buffer, sent, length);
                while (buffer.hasRemaining()) {
                    sent += channel.write(buffer);
                }
            }
            channel.shutdownOutput();
            // The far end closes when it has everything.
            buffer.clear();
            channel.read(buffer);
            return sent;
        }
    }

    /** Every {@link #STRIDE}th byte of the stream tells its position. */
    private static void fill(ByteBuffer buffer, long position, int length) {
        buffer.clear().limit(length);
        for (int i = 0; i < length; i += STRIDE) {
            buffer.put(i, mark(position + i));
        }
    }

    private static byte mark(long position) {
        return (byte) ((position / STRIDE) * 31 + 7);
    }

    private static long receive(ServerSocketChannel server) throws IOException {
        try (SocketChannel channel = server.accept()) {
            ByteBuffer buffer = ByteBuffer.allocateDirect(CHUNK);
            long received = 0;
            while (true) {
                buffer.clear();
                int length = channel.read(buffer);
                if (length < 0) {
                    return received;
                }
                verify(buffer, received, length);
                received += length;
            }
        }
    }

    private static void verify(ByteBuffer buffer, long position, int length) throws IOException {
        for (long at = (position + STRIDE - 1) / STRIDE * STRIDE; at < position + length; at += STRIDE) {
            if (buffer.get((int) (at - position)) != mark(at)) {
                throw new IOException("byte " + at + " arrived changed over TCP");
            }
        }
    }
}
