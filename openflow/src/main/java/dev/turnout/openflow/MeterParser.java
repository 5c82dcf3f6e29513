package dev.turnout.openflow;

import java.util.ArrayList;
import java.util.List;

import dev.turnout.openflow.MeterConfig.Band;
import dev.turnout.openflow.MeterConfig.BandType;
import org.jspecify.annotations.Nullable;

/**
 * Reads meter texts in the syntax of {@code ovs-ofctl}: {@code meter=1 kbps burst stats bands=type=drop rate=1000
 * burst_size=200}, and {@code meter=1} or {@code meter=all} where a meter is only named.
 *
 * <p>Thread rules: stateless.
 */
public final class MeterParser {
    private MeterParser() {
    }

    /**
     * A meter to add or to modify.
     *
     * @throws FlowSyntaxException
     *             if it cannot be understood
     */
    public static MeterConfig parse(String text) {
        int word = text.indexOf("band");
        int equals = word < 0 ? -1 : text.indexOf('=', word);
        if (equals < 0) {
            throw new FlowSyntaxException("must specify bands");
        }
        int id = 0;
        int flags = 0;
        KeyValues part = new KeyValues(text, 0, word);
        while (part.next()) {
            switch (part.key()) {
                case "kbps" -> flags |= MeterConfig.KBPS;
                case "pktps" -> flags |= MeterConfig.PKTPS;
                case "burst" -> flags |= MeterConfig.BURST;
                case "stats" -> flags |= MeterConfig.STATS;
                default -> id = meter(part);
            }
        }
        if (id == 0) {
            throw new FlowSyntaxException("must specify 'meter'");
        }
        if ((flags & (MeterConfig.KBPS | MeterConfig.PKTPS)) == 0) {
            throw new FlowSyntaxException("meter must specify either 'kbps' or 'pktps'");
        }
        List<Band> bands = bands(text, equals + 1, (flags & MeterConfig.BURST) != 0);
        return new MeterConfig(id, flags, bands);
    }

    /**
     * A meter that is only named, as {@code del-meter}, {@code dump-meter} and {@code meter-stats} take it; empty: all.
     *
     * @throws FlowSyntaxException
     *             if it cannot be understood
     */
    public static int parseId(String text) {
        int id = 0;
        KeyValues part = new KeyValues(text, 0, text.length());
        while (part.next()) {
            id = meter(part);
        }
        return id == 0 ? MeterConfig.ALL : id;
    }

    private static int meter(KeyValues part) {
        if (!part.hasValue()) {
            throw new FlowSyntaxException("field " + part.key() + " missing value");
        }
        if (!part.keyIs("meter")) {
            throw new FlowSyntaxException("unknown keyword " + part.key());
        }
        return switch (part.value()) {
            case "all" -> MeterConfig.ALL;
            case "controller" -> MeterConfig.CONTROLLER;
            case "slowpath" -> MeterConfig.SLOWPATH;
            default -> number(part);
        };
    }

    private static int number(KeyValues part) {
        int id = Numbers.u32(part.text, part.valueStart, part.valueEnd, "meter");
        if (id == 0 || Integer.compareUnsigned(id, MeterConfig.MAX_ID) > 0) {
            throw new FlowSyntaxException("invalid value for meter: " + part.value() + ", expected 1 to "
                    + Integer.toUnsignedString(MeterConfig.MAX_ID), OfError.OFPMMFC_INVALID_METER);
        }
        return id;
    }

    /** A band as far as it was read. */
    private static final class Draft {
        final BandType type;
        long rate;
        long burst;
        int precedence;

        Draft(BandType type) {
            this.type = type;
        }

        Band finish(boolean withBurst) {
            if (rate == 0) {
                throw new FlowSyntaxException("band must have 'rate'", OfError.OFPMMFC_BAD_RATE);
            }
            if (type == BandType.DSCP_REMARK && precedence == 0) {
                throw new FlowSyntaxException("'dscp_remark' band must have 'prec_level'");
            }
            if (type != BandType.DSCP_REMARK && precedence != 0) {
                throw new FlowSyntaxException("Only 'dscp_remark' band may have 'prec_level'");
            }
            if (withBurst && burst == 0) {
                throw new FlowSyntaxException("band must have 'burst_size' when 'burst' flag is set");
            }
            if (!withBurst && burst != 0) {
                throw new FlowSyntaxException("band may have 'burst_size' only when 'burst' flag is set");
            }
            return new Band(type, rate, burst, precedence);
        }
    }

    private static List<Band> bands(String text, int start, boolean withBurst) {
        List<Draft> drafts = new ArrayList<>();
        @Nullable
        Draft last = null;
        KeyValues part = new KeyValues(text, start, text.length());
        while (part.next()) {
            if (!part.hasValue()) {
                throw new FlowSyntaxException("field " + part.key() + " missing value");
            }
            if (part.keyIs("type")) {
                last = new Draft(type(part));
                drafts.add(last);
                continue;
            }
            if (last == null) {
                throw new FlowSyntaxException("band must start with the 'type' keyword");
            }
            int from = part.valueStart;
            int to = part.valueEnd;
            switch (part.key()) {
                case "rate" -> last.rate = Numbers.u32(text, from, to, "rate") & 0xffff_ffffL;
                case "burst_size" -> last.burst = Numbers.u32(text, from, to, "burst_size") & 0xffff_ffffL;
                case "prec_level" -> last.precedence = Numbers.u8(text, from, to, "prec_level");
                default -> throw new FlowSyntaxException("unknown keyword " + part.key());
            }
        }
        if (drafts.isEmpty()) {
            throw new FlowSyntaxException("meter must have bands");
        }
        return drafts.stream().map(draft -> draft.finish(withBurst)).toList();
    }

    private static BandType type(KeyValues part) {
        return switch (part.value()) {
            case "drop" -> BandType.DROP;
            case "dscp_remark" -> BandType.DSCP_REMARK;
            default -> throw new FlowSyntaxException("field type unknown value " + part.value(),
                    OfError.OFPMMFC_BAD_BAND);
        };
    }
}
