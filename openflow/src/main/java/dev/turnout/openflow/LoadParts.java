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
        int width = set.field().nominalBits();
        if (width <= MAX_BITS && set.mask().isOnes(set.field().bits())) {
            return List.of(Subfield.of(set.field()));
        }
        List<Subfield> parts = new ArrayList<>(2);
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
