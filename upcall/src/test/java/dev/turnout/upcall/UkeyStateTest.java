package dev.turnout.upcall;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

import dev.turnout.core.Ack;
import dev.turnout.flow.FlowKey;
import dev.turnout.flow.FlowLayout;
import dev.turnout.flow.FlowMask;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The states against the table of legal moves, written out once more. */
final class UkeyStateTest {
    private static final Map<UkeyState, Set<UkeyState>> LEGAL = Map.of(
            UkeyState.CREATED, Set.of(UkeyState.VISIBLE, UkeyState.DELETED),
            UkeyState.VISIBLE, Set.of(UkeyState.OPERATIONAL, UkeyState.EVICTED, UkeyState.EVICTING),
            UkeyState.OPERATIONAL, Set.of(UkeyState.INCONSISTENT, UkeyState.EVICTING),
            UkeyState.INCONSISTENT, Set.of(UkeyState.EVICTING),
            UkeyState.EVICTING, Set.of(UkeyState.EVICTED),
            UkeyState.EVICTED, Set.of(UkeyState.DELETED),
            UkeyState.DELETED, Set.of());
    /** A legal way to each state. */
    private static final Map<UkeyState, List<UkeyState>> WAYS = Map.of(
            UkeyState.CREATED, List.of(),
            UkeyState.VISIBLE, List.of(UkeyState.VISIBLE),
            UkeyState.OPERATIONAL, List.of(UkeyState.VISIBLE, UkeyState.OPERATIONAL),
            UkeyState.INCONSISTENT, List.of(UkeyState.VISIBLE, UkeyState.OPERATIONAL, UkeyState.INCONSISTENT),
            UkeyState.EVICTING, List.of(UkeyState.VISIBLE, UkeyState.EVICTING),
            UkeyState.EVICTED, List.of(UkeyState.VISIBLE, UkeyState.EVICTED),
            UkeyState.DELETED, List.of(UkeyState.DELETED));

    private final TestUkeys ukeys = new TestUkeys();
    private final UkeyAudit audit = ukeys.audit;
    private final Deletions deletions = ukeys.deletions;

    private Ukey ukeyIn(UkeyState state) {
        Ukey ukey = ukeys.ukey(0);
        ukey.lock();
        for (UkeyState next : WAYS.getOrDefault(state, List.of())) {
            assertThat(ukey.transition(next, "way to " + state)).isTrue();
        }
        assertThat(ukey.state()).isEqualTo(state);
        return ukey;
    }

    @ParameterizedTest
    @EnumSource
    void shouldMoveAsTheTableSaysAndQuarantineEverythingElse(UkeyState from) {
        for (UkeyState to : UkeyState.values()) {
            Ukey ukey = ukeyIn(from);
            long illegal = audit.illegalMoves();
            boolean isLegal = LEGAL.getOrDefault(from, Set.of()).contains(to);

            assertThat(ukey.transition(to, "test")).as(from + " to " + to).isEqualTo(isLegal);

            assertThat(ukey.state()).isEqualTo(isLegal ? to : from);
            assertThat(ukey.isQuarantined()).isEqualTo(!isLegal);
            assertThat(audit.illegalMoves() - illegal).isEqualTo(isLegal ? 0 : 1);
            if (isLegal) {
                assertThat(ukey.lastMove()).isEqualTo(Thread.currentThread().getName() + ", test");
            }
        }
    }

    @Test
    void shouldRefuseToMoveWithoutTheLock() {
        Ukey ukey = ukeyIn(UkeyState.VISIBLE);
        ukey.unlock();
        assertThatThrownBy(() -> ukey.transition(UkeyState.OPERATIONAL, "test"))
                .isInstanceOf(IllegalStateException.class);
    }

    @Test
    void shouldCloseItsTranslationWhenTheMegaflowIsGone() {
        Ukey ukey = ukeyIn(UkeyState.EVICTED);
        assertThat(((CountingTranslation) ukey.translation()).closes).isEqualTo(1);
    }

    @Test
    void shouldGoOnWhenCreditingFails() {
        CountingTranslation translation = new CountingTranslation();
        translation.failsCredit = true;
        Ukey ukey = ukeys.ukey(1, translation);
        ukey.lock();
        assertThat(ukey.transition(UkeyState.VISIBLE, "test") && ukey.seen(5)).isTrue();
        assertThat(ukey.delete(DeleteReason.PURGE, false, "test")).isTrue();
        Ack deleted = new Ack(ukey, 1, Ack.Kind.DELETED, Ack.Status.OK, 5, 7, 700, 2, 0);
        assertThatThrownBy(() -> ukey.onAck(deleted)).hasMessageContaining("on purpose");
        assertThat(ukey.state()).as("the megaflow is gone all the same").isEqualTo(UkeyState.EVICTED);
        assertThat(translation.closes).isEqualTo(1);
        assertThat(ukey.packets()).isEqualTo(7);
        assertThatThrownBy(() -> ukey.attribute(8, 800, 3, 0)).hasMessageContaining("on purpose");
        assertThat(translation.packets).as("each packet once").isEqualTo(8);
    }

    @ParameterizedTest
    @EnumSource
    void shouldDecideADeleteOnceAndOnlyWhereAMegaflowMayBe(UkeyState state) {
        Ukey ukey = ukeyIn(state);
        boolean isPossible = state == UkeyState.OPERATIONAL || state == UkeyState.INCONSISTENT;
        assertThat(ukey.delete(DeleteReason.FLOW_IDLE, false, "test")).isEqualTo(isPossible);
        assertThat(ukey.delete(DeleteReason.PURGE, true, "test")).isEqualTo(state == UkeyState.VISIBLE);
        assertThat(deletions.last()).hasSize(isPossible || state == UkeyState.VISIBLE ? 1 : 0);
        assertThat(audit.illegalMoves()).isZero();
    }

    @Test
    void shouldGiveDifferentIdsToDifferentKeysMasksAndThreads() {
        FlowKey key = TestUkeys.key(0);
        UkeyId id = UkeyId.of(key.words(), TestUkeys.MASK, 0);
        long[] wider = TestUkeys.MASK.toWords();
        wider[FlowLayout.L4] = 0xff;
        assertThat(UkeyId.of(key.words(), TestUkeys.MASK, 0)).isEqualTo(id);
        assertThat(UkeyId.of(key.words(), TestUkeys.MASK, 1)).isNotEqualTo(id);
        assertThat(UkeyId.of(key.words(), FlowMask.of(wider), 0)).isNotEqualTo(id);
        key.words()[FlowLayout.L4] = 7; // outside the mask
        assertThat(UkeyId.of(key.words(), TestUkeys.MASK, 0)).isEqualTo(id);
        key.words()[FlowLayout.IPV4] = 7;
        assertThat(UkeyId.of(key.words(), TestUkeys.MASK, 0)).isNotEqualTo(id);
        Set<UkeyId> ids = new HashSet<>();
        for (int thread = 0; thread < 16; thread++) {
            for (int port = 0; port < 256; port++) {
                key.words()[FlowLayout.RECIRC_PORT] = port;
                assertThat(ids.add(UkeyId.of(key.words(), TestUkeys.MASK, thread))).as(thread + ", " + port).isTrue();
            }
        }
        assertThat(UkeyId.parse("ufid:" + id)).isEqualTo(id);
        assertThat(UkeyId.parse("ufid:12")).isNull();
    }
}
