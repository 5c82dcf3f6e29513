package dev.turnout.switchd;

import java.util.List;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

import dev.turnout.core.DatapathCommand;
import dev.turnout.core.ForwardingThread;
import dev.turnout.flow.FlowExtractor;
import dev.turnout.flow.FlowKey;
import dev.turnout.ofproto.Bridge;
import dev.turnout.ofproto.FlowModException;
import dev.turnout.ofproto.Ofproto;
import dev.turnout.ofproto.PortInfo;
import dev.turnout.ofproto.Translator;
import dev.turnout.ofproto.XlateOut;
import dev.turnout.openflow.ActionParser;
import dev.turnout.openflow.FlowSyntaxException;
import dev.turnout.openflow.Octets;
import dev.turnout.openflow.OfAction;
import dev.turnout.openflow.OfPorts;
import dev.turnout.packet.Memory;
import dev.turnout.packet.Packet;
import dev.turnout.packet.PacketPool;
import dev.turnout.switchd.SwitchException.Kind;

/**
 * Packets from controllers: translated here, executed by a forwarding thread.
 *
 * <p>Thread rules: any thread; {@code scratch} is guarded by this.
 */
final class PacketOuts implements AutoCloseable {
    private static final int MAX_FRAME = 65_535 + 14 + 8;
    /** Long enough for the forwarding thread to have executed the packet, after which its state may go. */
    private static final long KEEP_STATE_MS = 1000;

    private final Ofproto ofproto;
    private final List<ForwardingThread> threads;
    private final ScheduledExecutorService timer;
    private final PacketPool scratch = new PacketPool(2, 2);

    PacketOuts(Ofproto ofproto, List<ForwardingThread> threads, ScheduledExecutorService timer) {
        this.ofproto = ofproto;
        this.threads = threads;
        this.timer = timer;
    }

    /**
     * Sends a packet.
     *
     * @param bridge
     *            the bridge that sends it
     * @param inPort
     *            name or number of the port that it seems to have come from; empty: the controller
     * @param actions
     *            in the syntax of ovs-ofctl
     * @param frame
     *            from the Ethernet header on
     */
    void send(Bridge bridge, String inPort, String actions, byte[] frame) {
        requireLength(frame);
        int port = inPort.isEmpty() ? OfPorts.CONTROLLER : portNumber(bridge, inPort);
        XlateOut out;
        try {
            List<OfAction> parsed = ActionParser.parse(actions, bridge.portNames());
            out = ofproto.translator().packetOut(bridge, port, parsed, key(frame), frame.length);
        } catch (FlowSyntaxException e) {
            throw new SwitchException(Kind.INVALID, e.text(), e);
        } catch (FlowModException e) {
            throw new SwitchException(Kind.INVALID, e.error() + ": " + e.getMessage(), e);
        }
        PortInfo source = bridge.port(port);
        execute(out, frame, source == null || source.dpPort() == PortInfo.NO_DP_PORT ? 0 : source.dpPort());
    }

    /**
     * Lets a packet go on that was paused.
     *
     * @param bridge
     *            the bridge that sent it to its controllers
     * @param continuation
     *            that of the packet-in
     * @param frame
     *            the packet as it is now
     */
    void resume(Bridge bridge, byte[] continuation, byte[] frame) {
        requireLength(frame);
        try {
            Translator.Resumed resumed = ofproto.translator().resume(bridge, Octets.of(continuation), key(frame),
                    frame.length);
            execute(resumed.out(), frame, resumed.datapathPort());
        } catch (FlowModException e) {
            throw new SwitchException(Kind.INVALID, e.error() + ": " + e.getMessage(), e);
        }
    }

    private static void requireLength(byte[] frame) {
        if (frame.length < 14 || frame.length > MAX_FRAME) {
            throw SwitchException.invalid("packet of " + frame.length + " bytes; expected 14 to " + MAX_FRAME);
        }
    }

    private void execute(XlateOut out, byte[] frame, int datapathPort) {
        out.cache().credit(1, frame.length, System.nanoTime(), 0);
        boolean taken = threads.getFirst()
                .submit(new DatapathCommand.ExecuteFrame(out.actions(), frame, datapathPort));
        closeLater(out);
        if (!taken) {
            throw new SwitchException(Kind.LIMIT, "the forwarding thread's command queue is full");
        }
    }

    private void closeLater(XlateOut out) {
        try {
            var _ = timer.schedule(out.cache()::close, KEEP_STATE_MS, TimeUnit.MILLISECONDS);
        } catch (RejectedExecutionException e) {
            out.cache().close(); // the switch is closing
        }
    }

    /** The number of a port that is named or numbered. */
    static int portNumber(Bridge bridge, String text) {
        int reserved = OfPorts.reservedPort(text);
        if (reserved >= 0) {
            return reserved;
        }
        PortInfo named = bridge.port(text);
        if (named != null) {
            return named.ofPort();
        }
        if (text.matches("[0-9]{1,5}") && Integer.parseInt(text) > 0 && Integer.parseInt(text) <= 0xffff) {
            return Integer.parseInt(text);
        }
        throw SwitchException.invalid("\"" + text + "\" is not a port of bridge " + bridge.name()
                + "; expected a name or a number");
    }

    /** The key of a frame of at most {@value #MAX_FRAME} bytes. */
    synchronized FlowKey key(byte[] frame) {
        long packet = scratch.allocateFor(frame.length);
        Packet.setFrame(packet, Packet.DATA_START, frame.length);
        Memory.copyIn(frame, 0, Packet.data(packet), frame.length);
        FlowKey key = FlowExtractor.extractKey(packet);
        scratch.free(packet);
        return key;
    }

    @Override
    public synchronized void close() {
        scratch.close();
    }
}
