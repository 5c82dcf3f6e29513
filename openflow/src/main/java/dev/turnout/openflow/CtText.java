package dev.turnout.openflow;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

import dev.turnout.flow.AddressText;
import dev.turnout.openflow.ActionTexts.ArgumentReader;
import dev.turnout.openflow.OfAction.Address;
import dev.turnout.openflow.OfAction.Ct;
import dev.turnout.openflow.OfAction.Nat;
import dev.turnout.openflow.OfAction.NatDirection;
import dev.turnout.openflow.OfAction.NumberOrField;
import org.jspecify.annotations.Nullable;

/** Reads and writes the actions of connection tracking: {@code ct(commit,nat(src=10.0.0.1),exec(…))}. */
final class CtText {
    private static final int FTP_PORT = 21;
    private static final int TFTP_PORT = 69;

    private CtText() {
    }

    static void addTo(Map<String, ArgumentReader> table) {
        table.put("ct", CtText::ct);
        table.put("ct_clear", (c, text, start, end) -> new OfAction.CtClear());
        table.put("nat", (c, text, start, end) -> nat(text, start, end));
    }

    private static OfAction ct(ActionTexts context, String text, int start, int end) {
        boolean commit = false;
        boolean force = false;
        int table = Ct.NO_RECIRC;
        int alg = 0;
        NumberOrField zone = NumberOrField.of(0);
        Nat nat = null;
        List<OfAction> exec = List.of();
        KeyValues part = new KeyValues(text, start, end);
        while (part.next()) {
            switch (part.key()) {
                case "commit" -> commit = true;
                case "force" -> force = true;
                case "table" -> {
                    table = context.table(text, part.valueStart, part.valueEnd);
                    if (table == Ct.NO_RECIRC) {
                        throw new FlowSyntaxException("invalid table " + part.value() + " of ct, expected 0 to 254");
                    }
                }
                case "zone" -> zone = zone(part);
                case "alg" -> alg = alg(part.value());
                case "nat" -> nat = nat(text, part.valueStart, part.valueEnd);
                case "exec" -> exec = context.parse(text, part.valueStart, part.valueEnd, ActionTexts.Nesting.CT);
                default -> throw new FlowSyntaxException("invalid argument to \"ct\" action: `" + part.key() + "'");
            }
        }
        if (force && !commit) {
            throw new FlowSyntaxException("\"force\" flag requires \"commit\" flag.");
        }
        boolean plainNat = nat == null || (nat.direction() == NatDirection.NONE && nat.min() == null);
        if (!commit && (!plainNat || !exec.isEmpty())) {
            throw new FlowSyntaxException(
                    "ct action requires commit flag if actions other than NAT without arguments are specified",
                    OfError.OFPBAC_BAD_ARGUMENT);
        }
        List<OfAction> actions = new ArrayList<>();
        if (nat != null) {
            actions.add(nat);
        }
        actions.addAll(exec);
        return new Ct(commit, force, zone, table, alg, actions);
    }

    private static NumberOrField zone(KeyValues part) {
        if (!part.hasValue() || part.text.charAt(part.valueStart) <= '9') {
            return NumberOrField.of(Numbers.u16(part.text, part.valueStart, part.valueEnd, "zone"));
        }
        Subfield source = NxmNames.parse(part.text, part.valueStart, part.valueEnd);
        if (source.bits() != 16) {
            throw new FlowSyntaxException("zone=" + part.value() + ": a zone has 16 bits, not " + source.bits());
        }
        return new NumberOrField(0, source);
    }

    private static int alg(String name) {
        return switch (name) {
            case "ftp" -> FTP_PORT;
            case "tftp" -> TFTP_PORT;
            default -> throw new FlowSyntaxException("invalid conntrack helper \"" + name + "\", expected ftp or tftp");
        };
    }

    private static Nat nat(String text, int start, int end) {
        NatDirection direction = NatDirection.NONE;
        Range range = new Range();
        boolean persistent = false;
        boolean hash = false;
        boolean random = false;
        KeyValues part = new KeyValues(text, start, end);
        while (part.next()) {
            switch (part.key()) {
                case "src", "dst" -> {
                    NatDirection named = part.keyIs("src") ? NatDirection.SRC : NatDirection.DST;
                    if (direction != NatDirection.NONE && direction != named) {
                        throw new FlowSyntaxException("May only specify one of \"src\" or \"dst\".");
                    }
                    direction = named;
                    range = new Range();
                    range.parse(part.value());
                }
                case "persistent" -> persistent = true;
                case "hash" -> hash = true;
                case "random" -> random = true;
                default -> throw new FlowSyntaxException("invalid key \"" + part.key() + "\" in \"nat\" argument");
            }
        }
        if (direction == NatDirection.NONE && (persistent || hash || random)) {
            throw new FlowSyntaxException("Flags allowed only with \"src\" or \"dst\".");
        }
        if (hash && random) {
            throw new FlowSyntaxException("Both \"hash\" and \"random\" are not allowed.");
        }
        return new Nat(direction, range.min, range.max, range.minPort, range.maxPort, persistent, hash, random);
    }

    /** Addresses and ports: {@code 10.0.0.1-10.0.0.9:1000-2000}, {@code [fe80::1]-[fe80::9]:80}. */
    private static final class Range {
        @Nullable
        Address min;
        @Nullable
        Address max;
        int minPort;
        int maxPort;

        void parse(String text) {
            if (text.isEmpty()) {
                return;
            }
            NxmNames.Cursor cursor = new NxmNames.Cursor(text, 0, text.length());
            Address first = address(cursor, text);
            Address last = first;
            if (cursor.skip('-')) {
                last = address(cursor, text);
                if (last.ipv6() != first.ipv6() || compare(last.value(), first.value()) < 0) {
                    throw invalid(text);
                }
            }
            min = first;
            max = last;
            if (cursor.skip(':')) {
                minPort = port(cursor, text);
                maxPort = cursor.skip('-') ? port(cursor, text) : minPort;
                if (maxPort < minPort) {
                    throw invalid(text);
                }
            }
            if (cursor.at != cursor.end) {
                throw new FlowSyntaxException(
                        "garbage (" + text.substring(cursor.at) + ") after nat range \"" + text + "\" (pos: "
                                + cursor.at + ")");
            }
        }

        private static int compare(FieldValue a, FieldValue b) {
            int high = Long.compareUnsigned(a.high(), b.high());
            return high != 0 ? high : Long.compareUnsigned(a.low(), b.low());
        }

        private static int port(NxmNames.Cursor cursor, String text) {
            int port = cursor.number();
            if (port < 0 || port > 0xffff) {
                throw invalid(text);
            }
            return port;
        }

        private static Address address(NxmNames.Cursor cursor, String text) {
            boolean bracket = cursor.skip('[');
            int start = cursor.at;
            while (cursor.at < cursor.end && isAddressCharacter(cursor.text.charAt(cursor.at), bracket)) {
                cursor.at++;
            }
            int end = cursor.at;
            if (!bracket && cursor.text.indexOf(':', start, end) >= 0 && cursor.text.indexOf('.', start, end) >= 0) {
                int colon = cursor.text.indexOf(':', start, end);
                if (AddressText.parseIpv4(cursor.text, start, colon) >= 0) {
                    end = colon;
                    cursor.at = colon;
                }
            }
            if (bracket && !cursor.skip(']')) {
                throw invalid(text);
            }
            long ipv4 = bracket ? -1 : AddressText.parseIpv4(cursor.text, start, end);
            if (ipv4 >= 0) {
                return new Address(false, FieldValue.of(ipv4));
            }
            FieldValue ipv6 = FieldText.ipv6(cursor.text, start, end);
            if (ipv6 == null) {
                throw invalid(text);
            }
            return new Address(true, ipv6);
        }

        private static boolean isAddressCharacter(char c, boolean bracket) {
            return Numbers.digit(c) >= 0 || c == '.' || c == ':' || (bracket && c != ']' && c != '-');
        }

        private static FlowSyntaxException invalid(String text) {
            return new FlowSyntaxException("invalid nat range \"" + text + "\"");
        }
    }

    static void append(StringBuilder out, Ct ct, PortNames ports) {
        int length = out.append("ct(").length();
        out.append(ct.commit() ? "commit," : "").append(ct.force() ? "force," : "");
        if (ct.recircTable() != Ct.NO_RECIRC) {
            out.append("table=").append(ct.recircTable()).append(',');
        }
        Subfield zone = ct.zone().source();
        if (zone != null) {
            NxmNames.append(out.append("zone="), zone);
            out.append(',');
        } else if (ct.zone().number() != 0) {
            out.append("zone=").append(ct.zone().number()).append(',');
        }
        List<OfAction> exec = ct.actions();
        if (!exec.isEmpty() && exec.getFirst() instanceof Nat nat) {
            append(out, nat);
            out.append(',');
            exec = exec.subList(1, exec.size());
        }
        if (!exec.isEmpty()) {
            ActionPrinter.append(out.append("exec("), exec, ports);
            out.append("),");
        }
        switch (ct.algPort()) {
            case 0 -> {
                // None.
            }
            case FTP_PORT -> out.append("alg=ftp,");
            case TFTP_PORT -> out.append("alg=tftp,");
            default -> out.append("alg=").append(ct.algPort()).append(',');
        }
        if (out.length() > length) {
            out.setLength(out.length() - 1);
        }
        out.append(')');
    }

    static void append(StringBuilder out, Nat nat) {
        out.append("nat");
        if (nat.direction() == NatDirection.NONE) {
            return;
        }
        out.append('(').append(FieldText.lower(nat.direction()));
        Address min = nat.min();
        Address max = nat.max();
        if (min != null) {
            boolean bracket = min.ipv6() && nat.minPort() != 0;
            append(out.append('='), min, bracket);
            if (max != null && !max.equals(min)) {
                append(out.append('-'), max, bracket);
            }
            if (nat.minPort() != 0) {
                out.append(':').append(nat.minPort());
                if (nat.maxPort() != nat.minPort()) {
                    out.append('-').append(nat.maxPort());
                }
            }
        }
        out.append(nat.persistent() ? ",persistent" : "").append(nat.hash() ? ",hash" : "")
                .append(nat.random() ? ",random" : "").append(')');
    }

    private static void append(StringBuilder out, Address address, boolean bracket) {
        if (!address.ipv6()) {
            AddressText.appendIpv4(out, (int) address.value().low());
            return;
        }
        out.append(bracket ? "[" : "");
        AddressText.appendIpv6(out, address.value().high(), address.value().low());
        out.append(bracket ? "]" : "");
    }
}
