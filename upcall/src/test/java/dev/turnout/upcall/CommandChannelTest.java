package dev.turnout.upcall;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

import dev.turnout.core.Ack;
import dev.turnout.core.DatapathCommand;
import org.junit.jupiter.api.Test;

final class CommandChannelTest {
    private final AtomicInteger wakes = new AtomicInteger();
    private final List<DatapathCommand> taken = new ArrayList<>();
    private int room;
    private final CommandChannel channel = new CommandChannel(new FastPath() {
        @Override
        public int id() {
            return 0;
        }

        @Override
        public boolean submit(DatapathCommand command) {
            return room-- > 0 && taken.add(command);
        }

        @Override
        public int slotLimit() {
            return 0;
        }

        @Override
        public boolean read(int slot, MegaflowReading into) {
            return false;
        }
    }, new UkeyAudit(), new Deletions(), wakes::incrementAndGet);

    private static DatapathCommand delete(int operation) {
        return new DatapathCommand.Delete("token", operation, operation);
    }

    @Test
    void shouldWakeTheAgentOnlyForWhatWaits() {
        room = 1;
        assertThat(channel.submit(delete(1))).isTrue();
        assertThat(wakes).hasValue(0);
        assertThat(channel.submit(delete(2))).isTrue();
        assertThat(wakes).hasValue(1);
        assertThat(channel.waiting()).isEqualTo(1);
    }

    @Test
    void shouldSendOnInOrderAsMuchAsThereIsRoomFor() {
        room = 0;
        for (int i = 0; i < 3; i++) {
            assertThat(channel.submit(delete(i))).isTrue();
        }
        room = 2;
        assertThat(channel.pump(ack -> {
            throw new IllegalStateException("nothing is answered");
        })).isEqualTo(2);
        assertThat(taken).containsExactly(delete(0), delete(1));
        assertThat(channel.waiting()).isEqualTo(1);
    }

    @Test
    void shouldAnswerForAThreadThatHasEnded() {
        room = 0;
        assertThat(channel.submit(delete(7))).isTrue();
        channel.end();
        List<Ack> acks = new ArrayList<>();
        assertThat(channel.pump(acks::add)).isEqualTo(1);
        assertThat(acks).singleElement().satisfies(ack -> {
            assertThat(ack.operation()).isEqualTo(7);
            assertThat(ack.status()).isEqualTo(Ack.Status.THREAD_ENDED);
        });
        assertThat(channel.submit(delete(8))).isFalse();
        assertThat(channel.waiting()).isZero();
    }
}
