package dev.turnout.flow;

import java.util.ArrayList;
import java.util.List;

import org.jspecify.annotations.Nullable;

/**
 * The {@code ct} action of datapath actions as text: {@code ct(commit,zone=5,mark=0x7/0xf,nat(src=10.0.0.1))}.
 *
 * <p>Thread rules: stateless.
 */
final class DatapathConntrackText {
    private DatapathConntrackText() {
    }

    static String ct(DpAction.Ct ct) {
        List<String> parts = new ArrayList<>();
        if (ct.commit()) {
            parts.add(ct.force() ? "force_commit" : "commit");
        }
        if (ct.zone() != 0) {
            parts.add("zone=" + ct.zone());
        }
        if (ct.markMask() != 0) {
            parts.add("mark=" + DatapathValueText.hex(ct.mark() & 0xffff_ffffL) + "/"
                    + DatapathValueText.hex(ct.markMask() & 0xffff_ffffL));
        }
        if ((ct.labelHighMask() | ct.labelLowMask()) != 0) {
            boolean whole = (ct.labelHighMask() & ct.labelLowMask()) == -1;
            parts.add("label=" + hex128(ct.labelHigh(), ct.labelLow())
                    + (whole ? "" : "/" + hex128(ct.labelHighMask(), ct.labelLowMask())));
        }
        if (!ct.helper().isEmpty()) {
            parts.add("helper=" + ct.helper());
        }
        DpAction.@Nullable Nat nat = ct.nat();
        if (nat != null) {
            parts.add(nat(nat));
        }
        return parts.isEmpty() ? "ct" : "ct(" + String.join(",", parts) + ")";
    }

    private static String nat(DpAction.Nat nat) {
        if (nat.direction() == DpAction.NatDirection.NONE) {
            return "nat";
        }
        StringBuilder out = new StringBuilder("nat(")
                .append(nat.direction() == DpAction.NatDirection.SRC ? "src" : "dst");
        if (nat.range()) {
            boolean bracket = nat.ipv6() && nat.minPort() != 0;
            out.append('=').append(address(nat.ipv6(), nat.firstHigh(), nat.firstLow(), bracket));
            if (nat.firstHigh() != nat.lastHigh() || nat.firstLow() != nat.lastLow()) {
                out.append('-').append(address(nat.ipv6(), nat.lastHigh(), nat.lastLow(), bracket));
            }
            if (nat.minPort() != 0) {
                out.append(':').append(nat.minPort());
                if (nat.maxPort() != nat.minPort()) {
                    out.append('-').append(nat.maxPort());
                }
            }
        }
        return out.append(nat.persistent() ? ",persistent" : "").append(nat.hash() ? ",hash" : "")
                .append(nat.random() ? ",random" : "").append(')').toString();
    }

    private static String address(boolean ipv6, long high, long low, boolean bracket) {
        if (!ipv6) {
            return AddressText.ipv4((int) low);
        }
        String text = AddressText.ipv6(high, low);
        return bracket ? "[" + text + "]" : text;
    }

    private static String hex128(long high, long low) {
        String digits = Long.toHexString(low);
        return "0x" + (high == 0 ? digits : Long.toHexString(high) + "0".repeat(16 - digits.length()) + digits);
    }
}
