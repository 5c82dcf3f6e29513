package dev.turnout.bench.lab;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.AsynchronousCloseException;
import java.nio.channels.DatagramChannel;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

/**
 * A steady UDP stream from one host to another that runs until it is closed, for seeing when something changes on its way.
 *
 * <p>Thread rules: the counters may be read by any thread.
 */
public final class UdpStream implements AutoCloseable {
    private final DatagramChannel receiver;
    private final DatagramChannel sender;
    private final Future<Boolean> receiving;
    private final Future<Boolean> sending;
    private final AtomicLong sent = new AtomicLong();
    private final AtomicLong received = new AtomicLong();
    private final AtomicLong lastReceivedNs = new AtomicLong();
    private volatile boolean closed;

    /**
     * Starts it.
     *
     * @param payload
     *            bytes of each datagram, at least 8
     * @param perSecond
     *            datagrams per second
     */
    public UdpStream(Host from, Host to, int payload, int perSecond) throws IOException {
        receiver = to.call(() -> {
            DatagramChannel channel = DatagramChannel.open();
            channel.setOption(StandardSocketOptions.SO_RCVBUF, 1 << 20);
            return channel.bind(new InetSocketAddress(to.address(), 0));
        });
        InetSocketAddress address = (InetSocketAddress) receiver.getLocalAddress();
        sender = from.call(() -> DatagramChannel.open().connect(address));
        receiving = to.submit(this::receive);
        sending = from.submit(() -> send(payload, 1_000_000_000L / perSecond));
    }

    public long sent() {
        return sent.get();
    }

    public long received() {
        return received.get();
    }

    /** {@link System#nanoTime} when the latest datagram arrived; 0 before the first. */
    public long lastReceivedNs() {
        return lastReceivedNs.get();
    }

    private boolean send(int payload, long intervalNs) throws IOException {
        ByteBuffer buffer = ByteBuffer.allocateDirect(payload);
        long next = System.nanoTime();
        while (!closed) {
            buffer.clear();
            sender.write(buffer);
            sent.incrementAndGet();
            next += intervalNs;
            long wait = next - System.nanoTime();
            if (wait > 0) {
                LockSupport.parkNanos(wait);
            }
        }
        return true;
    }

    private boolean receive() throws IOException {
        ByteBuffer buffer = ByteBuffer.allocateDirect(65536);
        try {
            while (true) {
                buffer.clear();
                receiver.receive(buffer);
                lastReceivedNs.set(System.nanoTime());
                received.incrementAndGet();
            }
        } catch (AsynchronousCloseException e) {
            return true; // by close()
        }
    }

    /** Stops sending and receiving; fails where either had failed. */
    @Override
    public void close() throws IOException {
        closed = true;
        try {
            Host.await(sending);
        } finally {
            sender.close();
            receiver.close();
        }
        Host.await(receiving);
    }
}
