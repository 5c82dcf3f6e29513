package dev.turnout.openflow;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.SplittableRandom;

import dev.turnout.flow.Match;
import org.junit.jupiter.api.Test;

/** What is printed reads back equal: random matches and actions. The seed is printed on failure; {@code -Dturnout.seed} sets it. */
class RoundTripTest {
    private static final int ROUNDS = 10_000;

    private final long seed = Long.getLong("turnout.seed", System.nanoTime());
    private final RandomFlows flows = new RandomFlows(new SplittableRandom(seed));

    @Test
    void shouldReadBackMatches() {
        for (int i = 0; i < ROUNDS; i++) {
            Match match = flows.match();
            String text = MatchPrinter.format(match, PortNames.NONE);
            assertThat(MatchParser.parse(text, PortNames.NONE)).as("seed %d: %s", seed, text).isEqualTo(match);
        }
    }

    @Test
    void shouldReadBackActions() {
        for (int i = 0; i < ROUNDS; i++) {
            List<OfAction> actions = flows.instructions();
            String text = ActionPrinter.format(actions, PortNames.NONE);
            assertThat(ActionParser.parse(text, PortNames.NONE)).as("seed %d: %s", seed, text).isEqualTo(actions);
        }
    }

    @Test
    void shouldReadBackFlowMods() {
        SplittableRandom random = new SplittableRandom(seed);
        for (int i = 0; i < ROUNDS; i++) {
            FlowMod mod = FlowMod.builder(FlowCommand.ADD).table(random.nextInt(1, 255))
                    .priority(random.nextInt(0x10000))
                    .match(flows.match()).cookie(random.nextInt(1, 100)).modifyCookie(true)
                    .idleTimeout(random.nextInt(3))
                    .hardTimeout(random.nextInt(3)).importance(random.nextInt(3)).flags(random.nextInt(4))
                    .actions(List.of(new OfAction.Output(random.nextInt(100)))).build();
            String text = FlowPrinter.text(mod, PortNames.NONE);
            assertThat(FlowParser.parseFlowMod(text, FlowCommand.ADD, PortNames.NONE, Protocols.ANY))
                    .as("seed %d: %s", seed, text).isEqualTo(mod);
        }
    }
}
