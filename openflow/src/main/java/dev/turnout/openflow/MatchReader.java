package dev.turnout.openflow;

import dev.turnout.flow.Field;
import dev.turnout.flow.Fields;

/**
 * Reads the parts of a flow text that are its match into a {@link MatchBuilder}, and narrows down which protocols can say
 * them.
 *
 * <p>Thread rules: one owner.
 */
final class MatchReader {
    final MatchBuilder match = new MatchBuilder();
    /** Protocols, as bits of {@link Protocols}, that can match what was read so far. */
    int usable = Protocols.P_OF10_UP;

    private final FieldText fieldText;

    MatchReader(PortNames ports) {
        fieldText = new FieldText(ports);
    }

    /** Begins another match. */
    void reset() {
        match.reset();
        usable = Protocols.P_OF10_UP;
    }

    void protocol(FlowKeyword.ProtocolName name) {
        match.set(Fields.ETH_TYPE, name.ethType());
        if (name.ipProtocol() != 0) {
            match.set(Fields.IP_PROTO, name.ipProtocol());
        }
    }

    void field(FieldTable.Row row, KeyValues part) {
        if (part.hasValue()) {
            fieldText.parse(row, part.text, part.valueStart, part.valueEnd);
        } else {
            noValue(row, part);
        }
        match.set(row.field(), fieldText);
        int mayMatch;
        if (fieldText.exact) {
            mayMatch = row.exact();
        } else if (fieldText.wild && row.field().isStored()) {
            mayMatch = Protocols.P_OF10_UP;
        } else {
            mayMatch = row.bitwise() == row.cidr() || isPrefix(fieldText.mask) ? row.cidr() : row.bitwise();
        }
        if (mayMatch == 0) {
            throw new FlowSyntaxException(part.key() + ": no OpenFlow version can match on this field ("
                    + OfError.OFPBAC_MATCH_INCONSISTENT + ")", OfError.OFPBAC_MATCH_INCONSISTENT);
        }
        usable &= mayMatch;
    }

    /** A field without a value: it matters in no bit. Addresses have no such form. */
    private void noValue(FieldTable.Row row, KeyValues part) {
        switch (row.field().format()) {
            case DECIMAL, HEXADECIMAL, TCP_FLAGS, CT_STATE, TUNNEL_FLAGS -> fieldText.parse(row, "*", 0, 1);
            default -> throw new FlowSyntaxException("field " + part.key() + " missing value");
        }
    }

    private static boolean isPrefix(long mask) {
        int inverted = (int) ~mask;
        return (inverted & inverted + 1) == 0;
    }

    /** {@code field[first..last]=value}. */
    void subfield(KeyValues part) {
        Subfield subfield = NxmNames.parse(part.text, part.keyStart, part.keyEnd);
        FieldTable.Row row = FieldTable.of(subfield.field());
        if (!part.hasValue()) {
            throw new FlowSyntaxException("field " + part.key() + " missing value");
        }
        if (!subfield.field().maskable() && !subfield.isWholeField()) {
            throw new FlowSyntaxException(part.key() + ": field " + subfield.field() + " cannot be matched in part");
        }
        FieldValue value = Numbers.wide(part.text, part.valueStart, part.valueEnd, row.bytes(), part.key());
        if (value.bitLength() > subfield.bits()) {
            throw new FlowSyntaxException(
                    part.key() + ": value " + part.value() + " does not fit into " + subfield.bits() + " bits");
        }
        match.addBits(subfield, value);
        usable &= subfield.isWholeField()
                ? row.exact()
                : row.bitwise() == row.cidr() || isPrefix(subfield.mask().low()) ? row.cidr() : row.bitwise();
    }

    /** Checks what concerns the match as a whole. */
    void finish() {
        Field ctField = match.ctFieldWithoutPrerequisite();
        if (ctField != null) {
            throw new FlowSyntaxException(ctField + ": the match lacks ct_state=+trk-inv, or the address's protocol ("
                    + OfError.OFPBMC_BAD_PREREQ + ")", OfError.OFPBMC_BAD_PREREQ);
        }
        // Only the extended matches can match IPv6's upper layers.
        if (match.ethType() == EthTypes.IPV6) {
            long[] masks = match.masks;
            if (Fields.IP_PROTO.isAnySet(masks) || Fields.NW_TOS.isAnySet(masks) || Fields.TCP_SRC.isAnySet(masks)
                    || Fields.TCP_DST.isAnySet(masks)) {
                usable &= Protocols.P_NXM_OXM;
            }
        }
    }
}
