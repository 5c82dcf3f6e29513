package dev.turnout.ofproto;

import java.util.List;
import java.util.stream.Stream;

import dev.turnout.flow.Fields;
import dev.turnout.flow.FlowKey;
import dev.turnout.openflow.FlowCommand;
import dev.turnout.openflow.FlowMod;
import dev.turnout.openflow.FlowParser;
import dev.turnout.openflow.GroupMod;
import dev.turnout.openflow.GroupParser;
import dev.turnout.openflow.MeterConfig;
import dev.turnout.openflow.MeterMod;
import dev.turnout.openflow.MeterParser;
import dev.turnout.openflow.PortNames;
import dev.turnout.openflow.Protocols;
import dev.turnout.openflow.TableMod;

/** What tests say as text: {@code add-flow in_port=1,actions=2}, {@code del-meter meter=1}. */
final class Texts {
    private Texts() {
    }

    static List<TableMod> mods(String... lines) {
        return Stream.of(lines).map(Texts::mod).toList();
    }

    static TableMod mod(String line) {
        int space = line.indexOf(' ');
        String rest = space < 0 ? "" : line.substring(space + 1);
        return switch (space < 0 ? line : line.substring(0, space)) {
            case "add-flow" -> flow(rest, FlowCommand.ADD);
            case "mod-flows" -> flow(rest, FlowCommand.MODIFY);
            case "del-flows" -> flow(rest, FlowCommand.DELETE);
            case "add-group" -> new GroupParser(PortNames.NONE, Protocols.ANY).parse(rest, GroupMod.Command.ADD);
            case "add-meter" -> new MeterMod(MeterMod.Command.ADD, MeterParser.parse(rest));
            case "mod-meter" -> new MeterMod(MeterMod.Command.MODIFY, MeterParser.parse(rest));
            case "del-meter" -> new MeterMod(MeterMod.Command.DELETE,
                    new MeterConfig(MeterParser.parseId(rest), 0, List.of()));
            default -> throw new IllegalArgumentException(line);
        };
    }

    private static FlowMod flow(String text, FlowCommand command) {
        return FlowParser.parseFlowMod(text, command, PortNames.NONE, Protocols.ANY);
    }

    /** A TCP packet of a datapath port. */
    static FlowKey tcp(int dpPort) {
        FlowKey key = new FlowKey();
        key.set(Fields.IN_PORT, dpPort);
        key.set(Fields.ETH_SRC, 0x020000000000L + dpPort);
        key.set(Fields.ETH_DST, 0x020000000099L);
        key.set(Fields.ETH_TYPE, 0x0800);
        key.set(Fields.IP_PROTO, 6);
        key.set(Fields.TCP_SRC, 1000 + dpPort);
        return key;
    }
}
