package dev.turnout.switchd.rpc;

import java.util.ArrayList;
import java.util.List;

import dev.turnout.flow.Field;
import dev.turnout.flow.Fields;
import dev.turnout.flow.FlowKey;
import dev.turnout.flow.FlowLayout;
import dev.turnout.flow.FlowMaskBuilder;
import dev.turnout.flow.Match;
import dev.turnout.openflow.FlowMod;
import dev.turnout.openflow.MatchPrinter;
import dev.turnout.openflow.PortNames;

/** The pipeline's state in a packet-in: registers, metadata and the like, as a match of what is not zero. */
final class PacketInMetadata {
    private static final int REGISTERS = 32;
    private static final List<Field> FIELDS = fields();

    private PacketInMetadata() {
    }

    private static List<Field> fields() {
        List<Field> fields = new ArrayList<>(List.of(Fields.TUN_ID, Fields.TUN_SRC, Fields.TUN_DST,
                Fields.TUN_IPV6_SRC, Fields.TUN_IPV6_DST, Fields.METADATA, Fields.PKT_MARK, Fields.CT_STATE,
                Fields.CT_ZONE, Fields.CT_MARK, Fields.CT_LABEL));
        for (int i = 0; i < REGISTERS; i++) {
            fields.add(Fields.reg(i));
        }
        return List.copyOf(fields);
    }

    static String text(FlowKey key) {
        FlowMaskBuilder mask = new FlowMaskBuilder();
        long[] values = new long[FlowLayout.WORDS];
        boolean any = false;
        for (Field field : FIELDS) {
            if (field.isAnySet(key.words())) {
                mask.looksAt(field);
                for (int i = field.word(); i < field.word() + field.wordCount(); i++) {
                    values[i] |= key.words()[i] & field.wordMask(i - field.word());
                }
                any = true;
            }
        }
        if (!any) {
            return "";
        }
        StringBuilder text = new StringBuilder();
        MatchPrinter.append(text, new Match(values, mask.build()), List.of(), PortNames.NONE,
                FlowMod.DEFAULT_PRIORITY);
        return text.toString();
    }
}
