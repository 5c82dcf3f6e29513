package dev.turnout.bench.pps;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

import dev.turnout.core.Datapath;
import dev.turnout.core.DatapathConfig;
import dev.turnout.core.ForwardingThread;
import dev.turnout.core.Port;
import dev.turnout.ofproto.Bridge;
import dev.turnout.ofproto.FailMode;
import dev.turnout.ofproto.FlowModResult;
import dev.turnout.ofproto.Ofproto;
import dev.turnout.ofproto.PortInfo;
import dev.turnout.openflow.FlowCommand;
import dev.turnout.openflow.FlowMod;
import dev.turnout.openflow.FlowParser;
import dev.turnout.openflow.Protocols;
import dev.turnout.revalidator.Revalidator;
import dev.turnout.revalidator.RevalidatorConfig;
import dev.turnout.upcall.OfprotoSlowPath;
import dev.turnout.upcall.UpcallConfig;
import dev.turnout.upcall.Upcalls;

/**
 * A switch in this process, without daemon: one bridge, one forwarding thread, upcalls, revalidators.
 *
 * <p>Thread rules: one control thread.
 */
final class WholeSwitch implements AutoCloseable {
    private final Ofproto ofproto = new Ofproto(System::nanoTime);
    private final Bridge bridge = ofproto.addBridge("br0", FailMode.SECURE, 1);
    private final Datapath datapath;
    private final Upcalls upcalls;
    private final Revalidator revalidator;

    WholeSwitch(DatapathConfig config) {
        datapath = new Datapath(config);
        OfprotoSlowPath slowPath = new OfprotoSlowPath(ofproto, System::nanoTime);
        upcalls = Upcalls.over(slowPath, datapath.threads(), UpcallConfig.defaults());
        revalidator = new Revalidator(upcalls, slowPath, RevalidatorConfig.defaults(), System::nanoTime, nowNs -> {
            ofproto.countersCreditedUpTo(nowNs);
            ofproto.expire(nowNs);
        });
        datapath.start(upcalls, upcalls);
        upcalls.start();
        revalidator.start();
    }

    /** Adds a port with an OpenFlow number of choice. */
    void addPort(Port port, int ofPort) throws IOException {
        int number = datapath.addPort(port);
        bridge.addPort(PortInfo.of(port.name(), port.type(), number, ofPort));
    }

    /** Replaces all flows by those of a text, one per line. */
    void setFlows(String text) {
        List<FlowMod> mods = new ArrayList<>();
        mods.add(FlowMod.builder(FlowCommand.DELETE).build());
        FlowParser parser = new FlowParser(bridge.portNames(), Protocols.ANY);
        text.lines().map(String::strip).filter(line -> !line.isEmpty() && !line.startsWith("#"))
                .forEach(line -> mods.add(parser.parseFlowMod(line, FlowCommand.ADD)));
        for (FlowModResult result : bridge.apply(mods, true)) {
            if (!result.isOk() && result.status() != FlowModResult.Status.NOT_APPLIED) {
                throw new IllegalArgumentException(result.message());
            }
        }
    }

    Datapath datapath() {
        return datapath;
    }

    ForwardingThread thread() {
        return datapath.threads().get(0);
    }

    @Override
    public void close() {
        revalidator.close();
        datapath.close();
        upcalls.close();
    }
}
