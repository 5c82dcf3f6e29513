package dev.turnout.ofproto;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;

import dev.turnout.flow.Field;
import dev.turnout.flow.FlowLayout;
import dev.turnout.flow.FlowMask;
import dev.turnout.ofproto.model.MegaflowRule;
import dev.turnout.packet.PacketPool;
import org.junit.jupiter.api.Test;

/**
 * The rule that everything rests on: for every packet that a megaflow matches, the slow path would produce the same actions. And that this test would
 * notice if a field's bits were not looked at.
 */
class MegaflowRuleTest {
    private static final int PIPELINES = Integer.getInteger("turnout.pipelines", 2000);
    private static final int MEGAFLOWS = 4;
    private static final int PACKETS = 50;
    private static final int MUTANT_PIPELINES = 4000;

    @Test
    void shouldHoldForRandomPipelines() {
        long seed = MegaflowRule.seed();
        try (PacketPool pool = MegaflowRule.pool()) {
            Random random = new Random(seed);
            long drawn = 0;
            int sending = 0;
            long recirculated = 0;
            long unsure = 0;
            Set<String> kinds = new TreeSet<>();
            for (int i = 0; i < PIPELINES; i++) {
                MegaflowRule rule = new MegaflowRule(random.nextLong(), pool);
                try {
                    rule.check(MEGAFLOWS, PACKETS);
                } catch (AssertionError e) {
                    throw new AssertionError("seed " + seed + ": " + e.getMessage(), e);
                }
                drawn += rule.drawn();
                sending += rule.sending();
                recirculated += rule.recirculated();
                unsure += rule.unsure();
                kinds.addAll(rule.kinds());
                kinds.addAll(rule.features());
            }
            System.out.println("seed " + seed + ": " + PIPELINES + " pipelines, " + drawn
                    + " packets drawn inside megaflows, " + sending
                    + " megaflows send, " + recirculated + " recirculations, " + unsure + " unsure; " + kinds);
            assertThat(sending).as("seed %d", seed).isGreaterThan(2 * PIPELINES);
            assertThat(kinds).as("seed %d", seed).contains("Output", "Userspace", "PushVlan", "PopVlan", "SetEthernet",
                    "conjunction", "learn", "learn over limit", "multipath MODULO_N",
                    "multipath HASH_THRESHOLD", "multipath HRW", "multipath ITER_HASH", "bundle HRW",
                    "bundle ACTIVE_BACKUP", "group ALL ", "group INDIRECT ", "group FAST_FAILOVER ", "group SELECT ",
                    "group SELECT hash", "group SELECT dp_hash", "Hash");
            assertThat(kinds).as("seed %d", seed).contains("SetIpv4", "SetIpv6", "SetPorts", "SetMark", "Clone",
                    "CheckPktLen", "Recirc", "Trunc", "Ct",
                    "CtClear", "PushMpls", "PopMpls", "SetMpls");
            assertThat(recirculated).as("seed %d", seed).isGreaterThan(3L * PIPELINES);
            assertThat(unsure).as("seed %d", seed).isLessThan(drawn / 20);
            assertThat(drawn).as("seed %d", seed).isGreaterThan((long) (0.95 * MEGAFLOWS * PACKETS * PIPELINES));
        }
    }

    @Test
    void shouldBreakWhereAnyFieldIsNotLookedAt() {
        long seed = MegaflowRule.seed();
        List<String> unnoticed = new ArrayList<>();
        try (PacketPool pool = MegaflowRule.pool()) {
            for (Field field : MegaflowRule.carried()) {
                if (!isNoticed(field, new Random(seed), pool)) {
                    unnoticed.add(field.name());
                }
            }
        }
        assertThat(unnoticed).as("fields that may be wildcarded unnoticed, seed %d", seed).isEmpty();
    }

    private static boolean isNoticed(Field field, Random random, PacketPool pool) {
        long[] blind = new long[FlowLayout.WORDS];
        field.setAll(blind);
        FlowMask mask = FlowMask.of(blind);
        for (int i = 0; i < MUTANT_PIPELINES; i++) {
            MegaflowRule rule = MegaflowRule.about(field, random.nextLong(), pool,
                    translator -> translator.blindTo(mask));
            if (rule.isBroken(4, 12)) {
                return true;
            }
        }
        return false;
    }
}
