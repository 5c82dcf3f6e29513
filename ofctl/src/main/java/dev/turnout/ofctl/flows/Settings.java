package dev.turnout.ofctl.flows;

import java.util.List;

import dev.turnout.ofctl.CliException;
import dev.turnout.ofctl.CommonOptions;
import dev.turnout.ofctl.Console;
import dev.turnout.ofctl.Option;
import dev.turnout.ofctl.OptionParser;
import dev.turnout.ofctl.transport.Target;
import dev.turnout.openflow.FlowSyntaxException;
import dev.turnout.openflow.PortNames;
import dev.turnout.openflow.Protocols;
import org.jspecify.annotations.Nullable;

/**
 * What the options of {@code ofctl} say.
 *
 * @param strict
 *            deletions and modifications mean one flow, exactly
 * @param bundle
 *            all flows of a command, or none
 * @param mayCreate
 *            {@code mod-group} adds a group that is not there
 * @param versions
 *            what {@code -O} says, empty without it
 * @param allowed
 *            OpenFlow versions that may be used to say a flow
 * @param shown
 *            the one version whose forms are printed
 * @param names
 *            print names of ports
 * @param stats
 *            print counters and ages
 * @param order
 *            how to sort flows; empty: as they come
 * @param readd
 *            {@code replace-flows} writes flows that have not changed, too
 * @param timestamp
 *            {@code monitor} prints the time of each message
 * @param more
 *            print packets' bytes
 * @param json
 *            print for machines
 * @param target
 *            the switch
 */
record Settings(boolean strict, boolean bundle, boolean mayCreate, String versions, Protocols allowed, Protocols shown,
        boolean names,
        boolean stats,
        FlowOrder order, boolean readd, boolean timestamp, boolean more, boolean json, Target target) {
    private static final String STRICT = "strict";
    private static final String BUNDLE = "bundle";
    private static final String MAY_CREATE = "may-create";
    private static final String PROTOCOLS = "protocols";
    private static final String NAMES = "names";
    private static final String NO_NAMES = "no-names";
    private static final String STATS = "stats";
    private static final String NO_STATS = "no-stats";
    private static final String READD = "readd";
    private static final String TIMESTAMP = "timestamp";
    private static final String MORE = "more";

    static List<Option> options() {
        return CommonOptions.with((char) 0, 't',
                Option.value(PROTOCOLS, 'O', "VERSIONS",
                        "OpenFlow versions that may be used: OpenFlow10 to OpenFlow15"),
                Option.flag(STRICT, (char) 0, "mod-flows, del-flows: only the flow with this very match and priority"),
                Option.flag(BUNDLE, (char) 0, "all flows of the command or, if one is refused, none"),
                Option.flag(MAY_CREATE, (char) 0, "mod-group: add the group if there is none"),
                Option.flag(NAMES, (char) 0, "names of ports instead of numbers (the default on a terminal)"),
                Option.flag(NO_NAMES, (char) 0, "numbers of ports (the default elsewhere)"),
                Option.flag(STATS, (char) 0, "dump-flows: with counters and ages (the default)"),
                Option.flag(NO_STATS, (char) 0, "dump-flows: without counters and ages"),
                Option.optional(FlowOrder.SORT, "FIELD", "dump-flows: sort upwards by a field, or by priority"),
                Option.optional(FlowOrder.RSORT, "FIELD", "dump-flows: sort downwards by a field, or by priority"),
                Option.flag(READD, (char) 0, "replace-flows: write flows that have not changed, too"),
                Option.flag(TIMESTAMP, (char) 0, "monitor: the time before each message"),
                Option.flag(MORE, 'm', "monitor: the bytes of packets, too"), CommonOptions.format());
    }

    static Settings of(OptionParser.Result options, Console console) {
        Protocols allowed = Protocols.DEFAULT;
        Protocols shown = Protocols.OPENFLOW10;
        @Nullable
        String versions = options.value(PROTOCOLS);
        if (versions != null) {
            allowed = versions(versions);
            shown = allowed;
        }
        boolean names = options.has(NAMES) || (console.isTerminal() && !options.has(NO_NAMES));
        return new Settings(options.has(STRICT), options.has(BUNDLE), options.has(MAY_CREATE),
                versions == null ? "" : versions, allowed,
                shown.newest(), names,
                !options.has(NO_STATS),
                FlowOrder.of(options), options.has(READD), options.has(TIMESTAMP), options.has(MORE),
                CommonOptions.isJson(options), CommonOptions.target(options, console));
    }

    private static Protocols versions(String text) {
        try {
            return Protocols.parse(text);
        } catch (FlowSyntaxException e) {
            throw new CliException("-O: " + e.text());
        }
    }

    /**
     * The version in which to say what only some can say: the one whose forms are printed, if that can, else the oldest that may be used.
     *
     * @throws CliException
     *             if none may be used that can
     */
    Protocols oneOf(Protocols usable) {
        if (usable.contains(shown)) {
            return shown;
        }
        Protocols both = usable.intersect(allowed);
        if (both.isEmpty()) {
            throw new CliException(
                    "none of the usable flow formats (" + usable + ") is among the allowed flow formats ("
                            + allowed + ")");
        }
        return both.first();
    }

    /** Names to print. */
    PortNames shownNames(PortNames ports) {
        return names ? ports : PortNames.NONE;
    }

    boolean isOpenFlow10() {
        return Protocols.OPENFLOW10.contains(shown);
    }

    /** {@code  (OF1.3)} as messages name their version; empty for OpenFlow 1.0. */
    String versionLabel() {
        return versionLabel(shown);
    }

    /** How a printed reply begins: {@code OFPST_TABLE reply (OF1.3) (xid=0x2):}. */
    String title(String reply, String xid) {
        return reply + versionLabel() + " (xid=" + xid + "):";
    }

    /** Of a single protocol, the version as messages name it. */
    static String versionLabel(Protocols protocol) {
        String name = protocol.toString();
        int digits = name.indexOf("OpenFlow1");
        boolean old = digits < 0 || name.startsWith("OpenFlow10");
        return old ? "" : " (OF1." + name.charAt(digits + "OpenFlow1".length()) + ")";
    }
}
