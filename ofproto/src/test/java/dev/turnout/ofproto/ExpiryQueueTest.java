package dev.turnout.ofproto;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;

import dev.turnout.openflow.FlowCommand;
import dev.turnout.openflow.FlowMod;
import org.junit.jupiter.api.Test;

class ExpiryQueueTest {
    private static final long SECOND = 1_000_000_000L;

    private static Rule rule(int idleTimeout, int hardTimeout, long nowNs) {
        FlowMod mod = FlowMod.builder(FlowCommand.ADD).idleTimeout(idleTimeout).hardTimeout(hardTimeout).build();
        return new Rule(mod, 0, List.of(), 1, nowNs);
    }

    @Test
    void shouldFindWhatALookAtEachFlowFinds() {
        long seed = Long.getLong("turnout.seed", System.nanoTime());
        Random random = new Random(seed);
        ExpiryQueue queue = new ExpiryQueue();
        List<Rule> rules = new ArrayList<>();
        long nowNs = random.nextLong() >> 1;
        long creditedNs = nowNs;
        for (int i = 0; i < 20_000; i++) {
            nowNs += random.nextLong(SECOND / 4);
            int what = random.nextInt(100);
            if (what < 40) {
                int idle = random.nextInt(3) == 0 ? 0 : 1 + random.nextInt(20);
                Rule rule = rule(idle, idle == 0 || random.nextBoolean() ? 1 + random.nextInt(40) : 0, nowNs);
                rules.add(rule);
                queue.add(rule);
            } else if (what < 60 && !rules.isEmpty()) {
                rules.get(random.nextInt(rules.size())).stats().credit(1, 60, creditedNs + (nowNs - creditedNs) / 2);
            } else if (what < 65 && !rules.isEmpty()) {
                Rule rule = rules.get(random.nextInt(rules.size()));
                queue.remove(rule);
                if (random.nextBoolean()) {
                    queue.add(rule); // a batch that was rolled back
                } else {
                    rules.remove(rule);
                }
            } else if (what < 67 && !rules.isEmpty()) {
                Rule rule = rules.get(random.nextInt(rules.size()));
                if (rule.shortenTimeouts(1 + random.nextInt(5), random.nextInt(10))) {
                    queue.shortened(rule);
                }
            } else if (what < 80) {
                creditedNs = nowNs - random.nextLong(SECOND);
            } else {
                List<Rule> over = queue.expired(nowNs, creditedNs);
                long now = nowNs;
                long credited = creditedNs;
                assertThat(over).as("seed %d, step %d", seed, i).containsExactlyInAnyOrderElementsOf(
                        rules.stream().filter(rule -> rule.isExpired(now, credited)).toList());
                over.forEach(queue::remove);
                rules.removeAll(over);
            }
        }
        assertThat(rules).as("seed %d", seed).isNotEmpty();
    }

    @Test
    void shouldNotKeepFlowsThatHaveGone() {
        ExpiryQueue queue = new ExpiryQueue();
        Rule stays = rule(0, 60_000, 0);
        queue.add(stays);
        for (int i = 0; i < 100_000; i++) {
            Rule rule = rule(60_000, 0, 0);
            queue.add(rule);
            queue.remove(rule);
            assertThat(queue.expired(SECOND, SECOND)).isEmpty();
            assertThat(queue.size()).isLessThan(2000);
        }
        assertThat(queue.expired(60_000 * SECOND, SECOND)).containsExactly(stays);
    }
}
