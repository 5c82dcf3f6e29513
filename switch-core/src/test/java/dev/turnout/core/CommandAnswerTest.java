package dev.turnout.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

import dev.turnout.core.memory.MemoryPort;
import dev.turnout.flow.DatapathActions;
import dev.turnout.flow.DpAction;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Answers to commands, and what they leave behind. */
class CommandAnswerTest {
    private static final int A = 0x0a000001;
    private static final int B = 0x14000001;

    private final TestSlowPath slowPath = new TestSlowPath(key -> DatapathActions.of(new DpAction.Output(2)));
    private final MemoryPort one = new MemoryPort("one");
    private final MemoryPort two = new MemoryPort("two");
    private Datapath datapath = new Datapath(DatapathConfig.defaults());

    @AfterEach
    void close() {
        datapath.close();
    }

    private ForwardingThread start(DatapathConfig config, AckSink acks) throws IOException {
        datapath.close();
        datapath = new Datapath(config.withBuffers(64, 4));
        datapath.start(slowPath, acks);
        datapath.addPort(one);
        datapath.addPort(two);
        return datapath.threads().get(0);
    }

    /** Has no room until {@link #hasRoom}; knows how long the thread meant to sleep while it kept an answer. */
    private static final class FullSink implements AckSink {
        private final ConcurrentLinkedQueue<Ack> taken = new ConcurrentLinkedQueue<>();
        private final AtomicLong refusals = new AtomicLong();
        private volatile boolean hasRoom;
        /** Whether the last offer was refused; forwarding thread only. */
        private boolean refused;
        private final AtomicLong longestSleepNs = new AtomicLong();

        @Override
        public boolean offer(ForwardingThread from, Ack ack) {
            refused = !hasRoom;
            if (refused) {
                refusals.incrementAndGet();
                return false;
            }
            return taken.add(ack);
        }

        IoBackend backend() {
            ParkingBackend parking = new ParkingBackend();
            return new IoBackend() {
                @Override
                public String name() {
                    return parking.name();
                }

                @Override
                public int poll() {
                    return parking.poll();
                }

                @Override
                public void await(long maxNanos) {
                    if (refused) {
                        longestSleepNs.accumulateAndGet(maxNanos, Math::max);
                    }
                    parking.await(maxNanos);
                }

                @Override
                public void wakeup() {
                    parking.wakeup();
                }

                @Override
                public void close() {
                    parking.close();
                }
            };
        }
    }

    @Test
    void shouldNotSleepLongOverAnAnswer() throws IOException {
        FullSink sink = new FullSink();
        ForwardingThread thread = start(DatapathConfig.defaults().withIo(threadId -> sink.backend()), sink);
        assertThat(thread.submit(new DatapathCommand.Delete("token", 7, 1))).isTrue();
        await().until(() -> sink.refusals.get() > 20 && sink.longestSleepNs.get() > 0);
        assertThat(sink.longestSleepNs.get()).isLessThanOrEqualTo(TimeUnit.MILLISECONDS.toNanos(1));
        sink.hasRoom = true;
        await().until(() -> !sink.taken.isEmpty());
        assertThat(sink.taken.element().operation()).isEqualTo(7);
    }

    @Test
    void shouldCountPacketsWhoseActionsItCannotExecute() throws IOException {
        DpAction nested = new DpAction.Output(2);
        for (int depth = 0; depth <= ActionCompiler.MAX_NESTING; depth++) {
            nested = new DpAction.Clone(List.of(nested));
        }
        DatapathActions tooDeep = DatapathActions.of(nested);
        slowPath.policy = key -> tooDeep;
        start(DatapathConfig.defaults(), slowPath);
        one.inject(Frames.udp(A, B, 1, 80, 20));
        await().until(() -> !slowPath.acks.isEmpty());
        assertThat(slowPath.acks.element().status()).isEqualTo(Ack.Status.UNSUPPORTED);
        await().until(() -> datapath.drops(DropReason.UNSUPPORTED_ACTION) == 1);
    }

    /** A port's number comes again: with its interface, or much later with another port. */
    @Test
    void shouldForgetTheClassifierOfAClosedPortWithItsLastMegaflow() throws IOException {
        ForwardingThread thread = start(DatapathConfig.defaults().withEmcInsertInverseProbability(1), slowPath);
        LinkState up = one.linkState();
        for (int round = 1; round <= 3; round++) {
            int before = (round - 1) * 10;
            one.inject(Frames.udp(A, B, 0, 80, 20));
            await().until(() -> datapath.count(ThreadCounter.OUTPUTS) == before + 1);
            for (int i = 1; i < 10; i++) {
                one.inject(Frames.udp(A, B, i, 80, 20));
            }
            await().until(() -> datapath.count(ThreadCounter.OUTPUTS) == before + 10);
            assertThat(slowPath.misses).as("misses of round %d", round).hasValue(round);
            assertThat(hasClassifier(thread)).isTrue();
            one.setLinkState(new LinkState(false, false, false, 0, 0, 0));
            assertThat(hasClassifier(thread)).as("its megaflow is still there").isTrue();
            assertThat(thread.submit(new DatapathCommand.Delete("gone", 99, slowPath.acks.remove().handle()))).isTrue();
            await().until(() -> !slowPath.acks.isEmpty());
            slowPath.acks.remove();
            assertThat(hasClassifier(thread)).isFalse();
            one.setLinkState(up);
        }
        assertThat(datapath.count(ThreadCounter.MEGAFLOWS)).isZero();
    }

    @Test
    void shouldKeepTheClassifierOfAnOpenPort() throws IOException {
        ForwardingThread thread = start(DatapathConfig.defaults(), slowPath);
        one.inject(Frames.udp(A, B, 1, 80, 20));
        await().until(() -> !slowPath.acks.isEmpty());
        assertThat(thread.submit(new DatapathCommand.Delete("gone", 99, slowPath.acks.remove().handle()))).isTrue();
        await().until(() -> !slowPath.acks.isEmpty());
        assertThat(hasClassifier(thread)).isTrue();
        datapath.removePort(1);
        assertThat(hasClassifier(thread)).isFalse();
    }

    private static boolean hasClassifier(ForwardingThread thread) {
        CompletableFuture<Boolean> result = new CompletableFuture<>();
        assertThat(thread.submit(new OwnerTask(() -> result.complete(thread.agent().classifier().port(1) != null),
                () -> result.complete(false)))).isTrue();
        return result.join();
    }
}
