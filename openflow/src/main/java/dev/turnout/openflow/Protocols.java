package dev.turnout.openflow;

import java.util.Locale;
import java.util.regex.Pattern;

/**
 * A set of OpenFlow protocols: which versions, and with which extensions, can say a thing. Flow texts are parsed against
 * the set that the user allows ({@code -O}); each field and action narrows it. Turnout speaks none of them inside, but
 * what may be written, and how it is printed again, depends on it, as with {@code ovs-ofctl}.
 *
 * <p>OpenFlow 1.0 counts four times: plain or with Nicira's extended match (NXM), each with and without the extension
 * that names a table ({@code +table_id}).
 *
 * @param bits
 *            the members, of the constants below
 */
public record Protocols(int bits) {
    static final int P_OF10 = 1;
    static final int P_OF10_TID = 1 << 1;
    static final int P_NXM = 1 << 2;
    static final int P_NXM_TID = 1 << 3;
    static final int P_OF11 = 1 << 4;
    static final int P_OF12 = 1 << 5;
    static final int P_OF13 = 1 << 6;
    static final int P_OF14 = 1 << 7;
    static final int P_OF15 = 1 << 8;

    static final int P_OF10_ALL = P_OF10 | P_OF10_TID;
    static final int P_NXM_ALL = P_NXM | P_NXM_TID;
    static final int P_OF10_UP = 0x1ff;
    static final int P_OF15_UP = P_OF15;
    static final int P_OF14_UP = P_OF14 | P_OF15_UP;
    static final int P_OF13_UP = P_OF13 | P_OF14_UP;
    static final int P_OF12_UP = P_OF12 | P_OF13_UP;
    static final int P_OF11_UP = P_OF11 | P_OF12_UP;
    static final int P_NXM_OF11_UP = P_NXM_ALL | P_OF11_UP;
    static final int P_NXM_OXM = P_NXM_ALL | P_OF12_UP;
    static final int P_TABLE_ID = P_OF10_TID | P_NXM_TID | P_OF11_UP;

    private static final Pattern SEPARATORS = Pattern.compile("[,\\s]+");
    private static final int[] GROUPS = {P_OF10_UP, P_OF10_ALL, P_NXM_ALL, P_OF12_UP};
    private static final String[] GROUP_NAMES = {"any", "OpenFlow10", "NXM", "OXM"};
    private static final String[] NAMES = {"OpenFlow10-table_id", "OpenFlow10+table_id", "NXM-table_id", "NXM+table_id",
        "OpenFlow11", "OXM-OpenFlow12", "OXM-OpenFlow13", "OXM-OpenFlow14", "OXM-OpenFlow15"};

    /** None: no protocol can say it. */
    public static final Protocols EMPTY = new Protocols(0);
    /** Every protocol. */
    public static final Protocols ANY = new Protocols(P_OF10_UP);
    /** OpenFlow 1.0, with Nicira's extensions. */
    public static final Protocols OPENFLOW10 = new Protocols(P_OF10_ALL | P_NXM_ALL);
    /** OpenFlow 1.3 and those after it. */
    public static final Protocols OPENFLOW13_UP = new Protocols(P_OF13_UP);
    /** OpenFlow 1.4 and 1.5. */
    public static final Protocols OPENFLOW14_UP = new Protocols(P_OF14_UP);
    /** OpenFlow 1.3. */
    public static final Protocols OPENFLOW13 = new Protocols(P_OF13);
    /** What {@code ovs-ofctl} allows without {@code -O}: OpenFlow 1.0, 1.3 and 1.4. */
    public static final Protocols DEFAULT = new Protocols(P_OF10_ALL | P_NXM_ALL | P_OF13 | P_OF14);

    /**
     * The protocols of a list of versions, as {@code -O} takes it: names such as {@code OpenFlow13}, or {@code 1.3},
     * separated by commas.
     *
     * @throws FlowSyntaxException
     *             on a name that is none
     */
    public static Protocols parse(String versions) {
        int bits = 0;
        for (String name : SEPARATORS.split(versions, -1)) {
            if (!name.isEmpty()) {
                bits |= versionBits(name);
            }
        }
        if (bits == 0) {
            throw new FlowSyntaxException("no OpenFlow version in \"" + versions + "\"");
        }
        return new Protocols(bits);
    }

    private static int versionBits(String name) {
        return switch (name.toLowerCase(Locale.ROOT)) {
            case "openflow10", "1.0" -> OPENFLOW10.bits;
            case "openflow11", "1.1" -> P_OF11;
            case "openflow12", "1.2" -> P_OF12;
            case "openflow13", "1.3" -> P_OF13;
            case "openflow14", "1.4" -> P_OF14;
            case "openflow15", "1.5" -> P_OF15;
            default -> throw new FlowSyntaxException(
                    name + ": unknown OpenFlow version, expected OpenFlow10 to OpenFlow15");
        };
    }

    /** The newest single one, on which a switch and {@code ovs-ofctl} agree. Of OpenFlow 1.0's, NXM with table numbers. */
    public Protocols newest() {
        return new Protocols(Integer.highestOneBit(bits));
    }

    public boolean isEmpty() {
        return bits == 0;
    }

    public boolean contains(Protocols other) {
        return (bits & other.bits) == other.bits;
    }

    public Protocols intersect(Protocols other) {
        return new Protocols(bits & other.bits);
    }

    /** The one that is taken when several are possible: the oldest. */
    public Protocols first() {
        return new Protocols(Integer.lowestOneBit(bits));
    }

    /** As {@code ovs-ofctl} lists protocols: {@code any}, {@code none}, or names separated by commas. */
    @Override
    public String toString() {
        if (bits == 0) {
            return "none";
        }
        StringBuilder text = new StringBuilder();
        int rest = bits;
        for (int i = 0; i < GROUPS.length; i++) {
            if ((rest & GROUPS[i]) == GROUPS[i]) {
                text.append(text.isEmpty() ? "" : ",").append(GROUP_NAMES[i]);
                rest &= ~GROUPS[i];
            }
        }
        for (; rest != 0; rest &= rest - 1) {
            text.append(text.isEmpty() ? "" : ",").append(NAMES[Integer.numberOfTrailingZeros(rest)]);
        }
        return text.toString();
    }
}
