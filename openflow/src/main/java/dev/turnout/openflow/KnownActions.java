package dev.turnout.openflow;

import java.util.List;

import org.jspecify.annotations.Nullable;

/**
 * Texts of actions that were read of late, and what they mean: a file of a hundred thousand flows rarely has more than a few dozen.
 *
 * <p>Thread rules: one owner.
 */
final class KnownActions {
    /**
     * A text's meaning.
     *
     * @param usable
     *            the protocols that can say it, as bits of {@link Protocols}
     */
    record Meaning(String text, List<OfAction> actions, int usable) {
    }

    private static final int SLOTS = 256;
    private static final int MAX_LENGTH = 200;

    private final PortNames ports;
    private final @Nullable Meaning[] slots = new Meaning[SLOTS];

    KnownActions(PortNames ports) {
        this.ports = ports;
    }

    /** Reads a flow's actions and instructions; see {@link ActionTexts#parseInstructions}. */
    Meaning parse(String text, int start, int end) {
        int length = end - start;
        if (length > MAX_LENGTH) {
            return read(text, start, end);
        }
        int hash = length;
        for (int i = start; i < end; i++) {
            hash = hash * 31 + text.charAt(i);
        }
        int slot = (hash ^ hash >>> 15) & (SLOTS - 1);
        Meaning known = slots[slot];
        if (known == null || known.text.length() != length || !text.startsWith(known.text, start)) {
            known = read(text, start, end);
            slots[slot] = known;
        }
        return known;
    }

    private Meaning read(String text, int start, int end) {
        ActionTexts reader = new ActionTexts(ports);
        List<OfAction> actions = List.copyOf(reader.parseInstructions(text, start, end));
        return new Meaning(text.substring(start, end), actions, reader.usable());
    }
}
