package dev.turnout.ofctl.flows;

import java.util.List;

import dev.turnout.ofctl.CliException;
import dev.turnout.ofctl.Console;
import dev.turnout.openflow.FlowCommand;
import dev.turnout.openflow.FlowMod;
import dev.turnout.openflow.FlowPrinter;
import dev.turnout.openflow.PortNames;
import dev.turnout.openflow.ProtocolForm;
import dev.turnout.openflow.Protocols;

/** {@code parse-flow} and {@code parse-flows}: what a flow text means, without any switch. */
final class ParseFlows {
    private final Console console;
    private final Settings settings;

    ParseFlows(Console console, Settings settings) {
        this.console = console;
        this.settings = settings;
    }

    /** One flow, from the command line. */
    void flow(String text) {
        FlowReader reader = new FlowReader(console, PortNames.NONE, settings.allowed());
        print(List.of(reader.flow(text, FlowCommand.ADD)), reader.usable());
    }

    /** A file of flows. */
    void file(String name) {
        FlowReader reader = new FlowReader(console, PortNames.NONE, settings.allowed());
        print(reader.file(name, true).stream().map(FlowLine::mod).toList(), reader.usable());
    }

    private void print(List<FlowMod> flows, Protocols usable) {
        Protocols chosen = usable.intersect(settings.allowed()).first();
        if (chosen.isEmpty()) {
            throw new CliException("no usable protocol: these flows need one of " + usable);
        }
        console.out().println("usable protocols: " + usable);
        console.out().println("chosen protocol: " + chosen);
        String title = (chosen.toString().startsWith("NXM") ? "NXT_FLOW_MOD" : "OFPT_FLOW_MOD")
                + Settings.versionLabel(chosen) + " (xid=0x";
        int xid = 1;
        for (FlowMod flow : flows) {
            console.out().println(title + Integer.toHexString(xid++) + "): "
                    + FlowPrinter.flowMod(ProtocolForm.of(flow, chosen), PortNames.NONE));
        }
    }
}
