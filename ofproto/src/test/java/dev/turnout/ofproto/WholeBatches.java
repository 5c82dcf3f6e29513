package dev.turnout.ofproto;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;

import dev.turnout.flow.DpAction;
import dev.turnout.flow.FlowKey;

/** A reader beside batches that make a packet go twice to one port, each to another one: never to two different ones. */
final class WholeBatches {
    private WholeBatches() {
    }

    /** Translates until it is done; returns how often. */
    static int translate(Ofproto ofproto, FlowKey key, AtomicBoolean done) {
        int translations = 0;
        while (!done.get()) {
            List<DpAction> actions = ofproto.translator().translate(new XlateIn(key, 60, 0, false, 0)).actions()
                    .actions();
            assertThat(actions).as("translation %d", translations).hasSize(2);
            assertThat(actions.get(1)).isEqualTo(actions.get(0));
            translations++;
        }
        return translations;
    }
}
