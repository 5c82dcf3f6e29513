package dev.turnout.ofproto.model;

import java.util.Arrays;

import dev.turnout.flow.Field;
import dev.turnout.flow.Fields;
import dev.turnout.flow.FlowKey;
import dev.turnout.flow.FlowLayout;

/** Connection tracking without memory: what it finds depends on the frame and on what is asked of it, so that two runs find the same. */
final class FakeConntrack {
    private static final int[] STATES = {0x21, 0x22, 0x2a, 0x30};

    private FakeConntrack() {
    }

    /** Puts into the metadata what tracking this frame finds. {@code label}: the low word, the rest is 0. */
    static void track(FlowKey metadata, byte[] frame, int zone, boolean commit, int mark, long label) {
        int hash = Arrays.hashCode(frame);
        forget(metadata);
        metadata.set(Fields.CT_STATE, STATES[hash >>> 4 & 3]);
        metadata.set(Fields.CT_ZONE, zone);
        metadata.set(Fields.CT_MARK, commit ? mark : hash >>> 8 & 1);
        metadata.words()[FlowLayout.CT_LABEL + 1] = commit ? label : hash >>> 9 & 1;
    }

    /** Clears all that tracking found, the connection's addresses included. */
    static void forget(FlowKey metadata) {
        for (Field field : Fields.all()) {
            if (field.name().startsWith("ct_")) {
                field.clear(metadata.words());
            }
        }
    }
}
