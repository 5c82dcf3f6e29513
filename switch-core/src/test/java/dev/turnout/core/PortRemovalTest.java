package dev.turnout.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;

import dev.turnout.core.memory.MemoryPort;
import dev.turnout.flow.DatapathActions;
import dev.turnout.packet.Packet;
import dev.turnout.packet.PacketBatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Ports that go at bad moments, and threads that cannot start. */
class PortRemovalTest {
    private final TestSlowPath slowPath = new TestSlowPath(key -> DatapathActions.DROP);

    /** A port with a receiver of the test's own. */
    private record ScriptedPort(MemoryPort port, Supplier<Receiver> receiver) implements Port {
        @Override
        public String name() {
            return port.name();
        }

        @Override
        public String type() {
            return port.type();
        }

        @Override
        public PortFeatures features() {
            return port.features();
        }

        @Override
        public LinkState linkState() {
            return port.linkState();
        }

        @Override
        public String receiveMode() {
            return port.receiveMode();
        }

        @Override
        public Receiver openReceiver(PortContext context) {
            return receiver.get();
        }

        @Override
        public Transmitter openTransmitter(PortContext context) throws IOException {
            return port.openTransmitter(context);
        }

        @Override
        public void close() {
            port.close();
        }
    }

    private static final class WatchedReceiver implements Receiver {
        private boolean isClosed;
        private final AtomicInteger usesAfterClose = new AtomicInteger();

        @Override
        public int receive(PacketBatch batch) {
            if (isClosed) {
                usesAfterClose.incrementAndGet();
            }
            return 0;
        }

        @Override
        public void close() {
            isClosed = true;
        }
    }

    /** A packet that misses makes the thread execute commands, among them the removal of a port that comes later in the cycle. */
    @Test
    void shouldNotUseReceiverOfPortRemovedInMiddleOfCycle() throws Exception {
        WatchedReceiver watched = new WatchedReceiver();
        CountDownLatch received = new CountDownLatch(1);
        try (Datapath datapath = new Datapath(DatapathConfig.defaults().withBuffers(64, 4))) {
            datapath.start(slowPath, slowPath);
            Thread remover = Thread.ofPlatform().unstarted(() -> datapath.removePort(2));
            ForwardingThread thread = datapath.threads().get(0);
            Receiver first = new Receiver() {
                @Override
                public int receive(PacketBatch batch) {
                    if (remover.getState() != Thread.State.NEW || datapath.ports().size() < 2) {
                        return 0;
                    }
                    remover.start();
                    while (remover.getState() != Thread.State.WAITING) {
                        Thread.onSpinWait(); // until the removal is in the thread's queue
                    }
                    long packet = thread.agent().pool().allocate();
                    Packet.fromBytes(packet, Frames.udp(1, 2, 3, 4, 5));
                    batch.add(packet);
                    received.countDown();
                    return 1;
                }

                @Override
                public void close() {
                    // nothing is open
                }
            };
            assertThat(datapath.addPort(new ScriptedPort(new MemoryPort("first"), () -> first))).isEqualTo(1);
            assertThat(datapath.addPort(new ScriptedPort(new MemoryPort("second"), () -> watched))).isEqualTo(2);
            received.await();
            remover.join();
            assertThat(watched.usesAfterClose).hasValue(0);
        }
    }

    @Test
    @Timeout(30)
    void shouldSayWhyPortCannotBeOpenedWhateverItThrows() {
        try (Datapath datapath = new Datapath(DatapathConfig.defaults().withBuffers(64, 4))) {
            datapath.start(slowPath, slowPath);
            Port bad = new ScriptedPort(new MemoryPort("bad"), () -> {
                throw new AssertionError("for a test");
            });
            assertThatThrownBy(() -> datapath.addPort(bad)).isInstanceOf(IOException.class)
                    .hasMessageContaining("for a test");
            assertThat(datapath.ports()).isEmpty();
        }
    }

    @Test
    void shouldSayWhyThreadCannotStartAndClose() {
        Datapath datapath = new Datapath(
                DatapathConfig.defaults().withThreads(3).withBuffers(64, 4).withIo(threadId -> {
                    if (threadId == 1) {
                        throw new OutOfMemoryError("for a test");
                    }
                    return new ParkingBackend();
                }));
        assertThatThrownBy(() -> datapath.start(slowPath, slowPath)).hasRootCauseMessage("for a test");
        datapath.close();
    }
}
