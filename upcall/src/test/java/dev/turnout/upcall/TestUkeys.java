package dev.turnout.upcall;

import dev.turnout.core.DatapathCommand;
import dev.turnout.flow.FlowKey;
import dev.turnout.flow.FlowLayout;
import dev.turnout.flow.FlowMask;

/** Makes ukeys over a fast path that takes every command and never answers. Thread rules: any thread. */
final class TestUkeys {
    /** The ingress port, and 16 bits that number the flow. */
    static final FlowMask MASK = mask();

    final UkeyAudit audit = new UkeyAudit();
    final Deletions deletions = new Deletions();
    final CommandChannel channel = new CommandChannel(new DeafFastPath(), audit, deletions, () -> {
    });

    private static final class DeafFastPath implements FastPath {
        @Override
        public int id() {
            return 0;
        }

        @Override
        public boolean submit(DatapathCommand command) {
            return true;
        }

        @Override
        public int slotLimit() {
            return 0;
        }

        @Override
        public boolean read(int slot, MegaflowReading into) {
            return false;
        }
    }

    private static FlowMask mask() {
        long[] words = new long[FlowLayout.WORDS];
        words[FlowLayout.RECIRC_PORT] = -1;
        words[FlowLayout.IPV4] = 0xffff;
        return FlowMask.of(words);
    }

    static FlowKey key(int flow) {
        FlowKey key = new FlowKey();
        key.words()[FlowLayout.RECIRC_PORT] = 3;
        key.words()[FlowLayout.IPV4] = flow;
        return key;
    }

    /** A CREATED ukey of a flow. */
    Ukey ukey(int flow) {
        return ukey(flow, new CountingTranslation());
    }

    Ukey ukey(int flow, Translation translation) {
        return new Ukey(key(flow).words(), MASK, channel, translation, 0, 1);
    }
}
