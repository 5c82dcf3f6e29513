package dev.turnout.openflow;

import dev.turnout.flow.Match;

/** Reads a match alone: {@code tcp,in_port=1,tp_dst=80}. */
public final class MatchParser {
    private MatchParser() {
    }

    /**
     * The match of a text; of an empty one {@link Match#ANY}. Parts without their prerequisites are given up, as in flows.
     *
     * @throws FlowSyntaxException
     *             if it cannot be understood, holds anything but a match, or a field that keys have no storage for
     */
    public static Match parse(String text, PortNames ports) {
        MatchReader reader = new MatchReader(ports);
        KeyValues part = new KeyValues(text, 0, text.length());
        while (part.next()) {
            switch (FlowKeyword.TABLE.get(text, part.keyStart, part.keyEnd)) {
                case FlowKeyword.ProtocolName name -> reader.protocol(name);
                case FlowKeyword.MatchField field -> reader.field(field.row(), part);
                case FlowKeyword.Property property when property == FlowKeyword.Property.ETH -> {
                    // Every packet is an Ethernet frame.
                }
                case null -> {
                    if (part.key().indexOf('[') < 0) {
                        throw new FlowSyntaxException("unknown keyword " + part.key());
                    }
                    reader.subfield(part);
                }
                default -> throw new FlowSyntaxException(part.key() + ": not part of a match");
            }
        }
        reader.finish();
        reader.match.normalize();
        if (!reader.match.tunnelMetadata().isEmpty()) {
            throw new FlowSyntaxException(reader.match.tunnelMetadata().getFirst().field()
                    + ": matching tunnel metadata is not supported (" + OfError.OFPBMC_BAD_FIELD + ")",
                    OfError.OFPBMC_BAD_FIELD);
        }
        return reader.match.build();
    }
}
