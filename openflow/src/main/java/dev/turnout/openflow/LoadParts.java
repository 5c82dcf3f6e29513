package dev.turnout.openflow;

import java.util.ArrayList;
import java.util.List;

import dev.turnout.openflow.OfAction.SetField;

/** Cuts the setting of a field into parts that a {@code load} can say: runs of mask bits, 64 at most. */
final class LoadParts {
    private static final int MAX_BITS = 64;

    private LoadParts() {
    }

    static List<Subfield> of(SetField set) {
        List<Subfield> parts = new ArrayList<>(2);
        int width = set.field().nominalBits();
        FieldValue mask = set.mask();
        int at = 0;
        while (at < width) {
            if (!isSet(mask, at)) {
                at++;
                continue;
            }
            int end = at + 1;
            while (end < width && end - at < MAX_BITS && isSet(mask, end)) {
                end++;
            }
            parts.add(new Subfield(set.field(), at, end - at));
            at = end;
        }
        return parts;
    }

    private static boolean isSet(FieldValue mask, int bit) {
        return (mask.word(bit / 64) >>> bit % 64 & 1) != 0;
    }
}
