package dev.turnout.openflow;

/** Writes flows as {@code ovs-ofctl} does: its messages and the lines of its listings. */
public final class FlowPrinter {
    private static final long NS_PER_SECOND = 1_000_000_000;
    private static final long NS_PER_MS = 1_000_000;

    private FlowPrinter() {
    }

    /** What {@code parse-flow} prints: {@code ADD table:1 priority=2,ip cookie:0x3 actions=drop}. */
    public static String flowMod(FlowMod mod, PortNames ports) {
        StringBuilder out = new StringBuilder(96).append(mod.command().label());
        if (mod.table() != 0 && (mod.table() != FlowMod.ALL_TABLES || mod.command() != FlowCommand.ADD)) {
            out.append(" table:").append(mod.table());
        }
        int length = out.append(' ').length();
        MatchPrinter.append(out, mod.match(), mod.tunnelMetadata(), ports, mod.priority());
        if (out.length() > length) {
            out.append(' ');
        }
        if (mod.cookie() != 0 && mod.cookie() != -1) {
            out.append("cookie:0x").append(Long.toHexString(mod.cookie())).append(' ');
        }
        if (mod.cookieMask() != 0) {
            out.append("cookie:0x").append(Long.toHexString(mod.cookieMatch())).append("/0x")
                    .append(Long.toHexString(mod.cookieMask())).append(' ');
        }
        appendIfSet(out, "idle:", mod.idleTimeout());
        appendIfSet(out, "hard:", mod.hardTimeout());
        appendIfSet(out, "importance:", mod.importance());
        if (mod.outPort() != OfPorts.NONE) {
            PortText.append(out.append("out_port:"), mod.outPort(), ports);
            out.append(' ');
        }
        FlowFlags.append(out, mod.flags());
        ActionPrinter.append(out.append("actions="), mod.actions(), ports);
        return out.toString();
    }

    private static void appendIfSet(StringBuilder out, String name, int value) {
        if (value != 0) {
            out.append(name).append(value).append(' ');
        }
    }

    /**
     * A line of {@code dump-flows}, with the space that it begins with.
     *
     * @param ports
     *            names to print for port numbers ({@code --names}), or {@link PortNames#NONE}
     * @param withStats
     *            false for {@code --no-stats}
     */
    public static String stats(FlowStats flow, PortNames ports, boolean withStats) {
        StringBuilder out = new StringBuilder(160).append(' ');
        if (withStats || flow.cookie() != 0) {
            out.append("cookie=0x").append(Long.toHexString(flow.cookie())).append(", ");
        }
        if (withStats) {
            out.append("duration=");
            appendDuration(out, flow.durationNs());
            out.append(", ");
        }
        if (withStats || flow.table() != 0) {
            out.append("table=").append(flow.table()).append(", ");
        }
        if (withStats) {
            appendCount(out, "n_packets=", flow.packets());
            appendCount(out, "n_bytes=", flow.bytes());
        }
        appendProperty(out, "idle_timeout=", flow.idleTimeout());
        appendProperty(out, "hard_timeout=", flow.hardTimeout());
        FlowFlags.append(out, flow.flags());
        appendProperty(out, "importance=", flow.importance());
        if (withStats && flow.idleAgeSeconds() >= 0) {
            out.append("idle_age=").append(flow.idleAgeSeconds()).append(", ");
        }
        if (withStats && flow.hardAgeSeconds() >= 0 && flow.hardAgeSeconds() != flow.durationNs() / NS_PER_SECOND) {
            out.append("hard_age=").append(flow.hardAgeSeconds()).append(", ");
        }
        int length = out.length();
        MatchPrinter.append(out, flow.match(), flow.tunnelMetadata(), ports, flow.priority());
        if (out.length() > length) {
            out.append(' ');
        }
        ActionPrinter.append(out.append("actions="), flow.actions(), ports);
        return out.toString();
    }

    /**
     * A line of {@code dump-flows} of a switch's own flow, as it would be after its way through a protocol.
     *
     * @param form
     *            a single protocol
     * @param ages
     *            with idle and hard age, as OpenFlow 1.0 has them
     */
    public static String listed(FlowStats flow, Protocols form, boolean ages, PortNames ports, boolean withStats) {
        return stats(ProtocolForm.of(shown(flow, ages), form), ports, withStats);
    }

    /** What a protocol lets see: durations in milliseconds (a switch knows no better when a flow was added), ages or none. */
    public static FlowStats shown(FlowStats flow, boolean ages) {
        return new FlowStats(flow.table(), flow.priority(), flow.match(), flow.tunnelMetadata(), flow.cookie(),
                flow.durationNs() - flow.durationNs() % NS_PER_MS, Math.max(0, flow.packets()),
                Math.max(0, flow.bytes()), flow.idleTimeout(), flow.hardTimeout(), flow.importance(), flow.flags(),
                ages ? Math.max(0, flow.idleAgeSeconds()) : -1, ages ? flow.hardAgeSeconds() : -1, flow.actions());
    }

    private static void appendProperty(StringBuilder out, String name, int value) {
        if (value != 0) {
            out.append(name).append(value).append(", ");
        }
    }

    private static void appendCount(StringBuilder out, String name, long count) {
        out.append(name);
        if (count < 0) {
            out.append('?');
        } else {
            out.append(count);
        }
        out.append(", ");
    }

    /** Seconds; with three decimals if that says it all, else with as many as it takes. */
    public static void appendDuration(StringBuilder out, long ns) {
        out.append(ns / NS_PER_SECOND);
        long rest = ns % NS_PER_SECOND;
        if (rest != 0) {
            boolean exact = rest % NS_PER_MS == 0;
            String digits = Long.toString(exact ? rest / NS_PER_MS : rest);
            out.append('.').repeat('0', (exact ? 3 : 9) - digits.length()).append(digits);
            while (!exact && out.charAt(out.length() - 1) == '0') {
                out.setLength(out.length() - 1);
            }
        }
        out.append('s');
    }

    /**
     * A flow as {@code add-flow} reads it again, as {@code diff-flows} and {@code replace-flows} print it: {@code
     * table=1 priority=2,ip cookie=0x3 actions=drop}.
     */
    public static String text(FlowMod mod, PortNames ports) {
        StringBuilder out = new StringBuilder(96);
        if (mod.table() != 0 && mod.table() != FlowMod.ALL_TABLES) {
            out.append("table=").append(mod.table()).append(' ');
        }
        int length = out.length();
        MatchPrinter.append(out, mod.match(), mod.tunnelMetadata(), ports, mod.priority());
        if (out.length() > length) {
            out.append(' ');
        }
        if (mod.cookie() != 0) {
            out.append("cookie=0x").append(Long.toHexString(mod.cookie())).append(' ');
        }
        appendIfSet(out, "idle_timeout=", mod.idleTimeout());
        appendIfSet(out, "hard_timeout=", mod.hardTimeout());
        appendIfSet(out, "importance=", mod.importance());
        FlowFlags.append(out, mod.flags());
        ActionPrinter.append(out.append("actions="), mod.actions(), ports);
        return out.toString();
    }
}
