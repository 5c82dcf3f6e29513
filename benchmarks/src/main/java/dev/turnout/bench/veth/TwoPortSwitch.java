package dev.turnout.bench.veth;

import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;

import dev.turnout.core.Port;
import dev.turnout.core.PortContext;
import dev.turnout.core.PortCounters;
import dev.turnout.core.Receiver;
import dev.turnout.core.Transmitter;
import dev.turnout.core.io.LinkMonitor;
import dev.turnout.core.io.ThreadIo;
import dev.turnout.core.port.InterfacePorts;
import dev.turnout.packet.PacketBatch;
import dev.turnout.packet.PacketPool;
import org.jspecify.annotations.Nullable;
import org.slf4j.LoggerFactory;

/**
 * The least that can be called a switch: one forwarding thread that sends what it receives from each of two ports to the other. It tests and measures
 * ports without anything above them.
 *
 * <p>Thread rules: one thread opens and closes it; the counters may be read by any.
 */
public final class TwoPortSwitch implements AutoCloseable {
    private static final long SPIN_NANOS = 50_000;

    /** Sees every packet before it is sent on; for tests. */
    public interface Tap {
        void onPacket(int fromPort, long packet);
    }

    private final List<Port> ports;
    private final List<PortCounters> counters = List.of(new PortCounters(), new PortCounters());
    private final PacketPool pool = new PacketPool(1024, 256);
    private final Tap tap;
    private final ThreadIo.RingUse ringUse;
    private final Thread thread;
    private final CountDownLatch started = new CountDownLatch(1);
    private final AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();
    private volatile @Nullable ThreadIo io;
    private volatile boolean stop;
    /** Ports to be opened again, set by any thread. */
    private volatile boolean reopen;
    private volatile long allocatedBytes;
    private volatile long cycles;

    public TwoPortSwitch(Port a, Port b, ThreadIo.RingUse ringUse, Tap tap) throws IOException {
        ports = List.of(a, b);
        this.tap = tap;
        this.ringUse = ringUse;
        for (Port port : ports) {
            AtomicBoolean present = new AtomicBoolean(true);
            port.setListener((changed, state) -> {
                if (!present.getAndSet(state.present()) && state.present()) {
                    reopen = true;
                    wakeup();
                }
            });
        }
        thread = new Thread(this::run, "two-port-switch");
        thread.setDaemon(true);
        thread.start();
        try {
            started.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        if (failure.get() != null) {
            throw new IOException(failure.get());
        }
    }

    public PortCounters counters(int port) {
        return counters.get(port);
    }

    /** Bytes that the forwarding thread has allocated up to its last full cycle of 1024. */
    public long allocatedBytes() {
        return allocatedBytes;
    }

    /** Cycles up to the same moment. */
    public long cycles() {
        return cycles;
    }

    /** Joins two interfaces of the system until its input ends: {@code TwoPortSwitch INTERFACE INTERFACE [RECEIVE-MODE
     * [TYPE]]}. */
    public static void main(String[] arguments) throws IOException {
        Map<String, String> options = arguments.length > 2
                ? Map.of(InterfacePorts.RECEIVE_MODE, arguments[2])
                : Map.of();
        String type = arguments.length > 3 ? arguments[3] : "system";
        try (LinkMonitor monitor = new LinkMonitor()) {
            Port a = InterfacePorts.open(type, arguments[0], options, monitor);
            Port b = InterfacePorts.open(type, arguments[1], options, monitor);
            try (TwoPortSwitch joined = new TwoPortSwitch(a, b, ThreadIo.RingUse.ALL, (port, packet) -> {
            })) {
                System.out.println("ready " + a.receiveMode());
                System.in.transferTo(OutputStream.nullOutputStream());
                joined.wakeup();
            }
        }
        System.exit(0);
    }

    private void wakeup() {
        ThreadIo present = io;
        if (present != null) {
            present.wakeup();
        }
    }

    private void run() {
        try (ThreadIo backend = new ThreadIo(ringUse)) {
            io = backend;
            while (!stop) {
                reopen = false;
                serve(backend);
            }
        } catch (IOException | RuntimeException e) {
            failure.set(e);
            if (started.getCount() == 0) {
                LoggerFactory.getLogger(TwoPortSwitch.class).error("the forwarding thread ended", e);
            }
        } finally {
            started.countDown();
        }
    }

    private void serve(ThreadIo backend) throws IOException {
        List<Receiver> receivers = new ArrayList<>();
        List<Transmitter> transmitters = new ArrayList<>();
        try {
            for (int i = 0; i < 2; i++) {
                PortContext context = new PortContext(i + 1, 0, pool, backend, counters.get(i));
                open(ports.get(i), context, receivers, transmitters);
            }
            started.countDown();
            forward(backend, receivers, transmitters);
        } finally {
            receivers.forEach(Receiver::close);
            transmitters.forEach(Transmitter::close);
        }
    }

    /** Opens a port; one that vanished again meanwhile is out of service until the next event. */
    private void open(Port port, PortContext context, List<Receiver> receivers, List<Transmitter> transmitters)
            throws IOException {
        try {
            receivers.add(port.openReceiver(context));
            transmitters.add(port.openTransmitter(context));
        } catch (IOException e) {
            if (started.getCount() > 0) {
                throw e;
            }
            OutOfService dead = new OutOfService(context);
            while (receivers.size() < context.portNumber()) {
                receivers.add(dead);
            }
            transmitters.add(dead);
        }
    }

    private record OutOfService(PortContext context) implements Receiver, Transmitter {
        @Override
        public int receive(PacketBatch batch) {
            return 0;
        }

        @Override
        public void transmit(long[] packets, int count) {
            for (int i = 0; i < count; i++) {
                context.pool().release(packets[i]);
            }
        }

        @Override
        public void flush() {
        }

        @Override
        public boolean acceptsVnet() {
            return true;
        }

        @Override
        public void close() {
        }
    }

    private void forward(ThreadIo backend, List<Receiver> receivers, List<Transmitter> transmitters) {
        var memory = (com.sun.management.ThreadMXBean) java.lang.management.ManagementFactory.getThreadMXBean();
        PacketBatch batch = new PacketBatch();
        Receiver first = receivers.get(0);
        Receiver second = receivers.get(1);
        Transmitter toFirst = transmitters.get(0);
        Transmitter toSecond = transmitters.get(1);
        long lastWork = System.nanoTime();
        long count = 0;
        while (!stop && !reopen) {
            int work = backend.poll();
            work += pass(first, 0, toSecond, batch) + pass(second, 1, toFirst, batch);
            if ((++count & 1023) == 0) {
                cycles = count;
                allocatedBytes = memory.getThreadAllocatedBytes(Thread.currentThread().threadId());
            }
            long now = System.nanoTime();
            if (work > 0) {
                lastWork = now;
            } else if (now - lastWork > SPIN_NANOS) {
                backend.await(100_000_000);
                lastWork = System.nanoTime();
            }
        }
    }

    private int pass(Receiver from, int number, Transmitter to, PacketBatch batch) {
        batch.clear();
        int received = from.receive(batch);
        if (received > 0) {
            for (int i = 0; i < batch.count; i++) {
                tap.onPacket(number, batch.packets[i]);
            }
            to.transmit(batch.packets, batch.count);
            to.flush();
        }
        return received;
    }

    @Override
    public void close() {
        stop = true;
        wakeup();
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        ports.forEach(Port::close);
        Throwable failed = failure.get();
        if (failed instanceof IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
