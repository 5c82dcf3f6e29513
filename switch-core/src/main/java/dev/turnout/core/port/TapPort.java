package dev.turnout.core.port;

import java.io.IOException;

import dev.turnout.core.LinkState;
import dev.turnout.core.PortContext;
import dev.turnout.core.Receiver;
import dev.turnout.core.Transmitter;
import dev.turnout.core.io.EthernetTool;
import dev.turnout.core.io.LinkMonitor;
import dev.turnout.core.io.SystemCalls;
import dev.turnout.core.io.ThreadIo;
import dev.turnout.core.io.UringLoop;

/**
 * A port of type {@code tap} or {@code internal}: a TAP interface that exists from the port's construction to its {@link #close} and is set up at
 * once. The host's side of an internal port has the bridge's name.
 *
 * <p>When somebody deletes the interface the port stays, without link; when an interface of that name is made again (as a persistent TAP) the port
 * attaches to it with its next receiver or transmitter.
 *
 * <p>Thread rules: those of {@link dev.turnout.core.Port}.
 */
public final class TapPort extends InterfacePort {
    /** Chosen on figures: see {@code docs/ports.md}. */
    public static final ReceiveMode DEFAULT_MODE = ReceiveMode.READ;

    private final ReceiveMode wanted;
    /** Guarded by this. */
    private TapDevice device;
    /** The device's interface index. Guarded by this. */
    private int index;
    /** The device's interface vanished. Guarded by this. */
    private boolean stale;

    /**
     * Makes the interface and sets it up.
     *
     * @param type {@code tap} or {@code internal}
     * @param wanted how to receive, where the system allows it
     */
    public TapPort(String name, String type, ReceiveMode wanted, LinkMonitor monitor) throws IOException {
        super(name, type, monitor, wanted);
        this.wanted = wanted;
        device = TapDevice.open(name);
        try (EthernetTool tool = new EthernetTool()) {
            tool.setUp(name);
            index = SystemCalls.ofThread().ifNameToIndex(name);
        } catch (IOException e) {
            device.release();
            throw e;
        }
    }

    /** The device, with a share of it that the caller has to release: another thread may replace it at any time. */
    private synchronized TapDevice acquire() throws IOException {
        if (stale) {
            TapDevice former = device;
            device = TapDevice.open(name());
            former.release();
            index = SystemCalls.ofThread().ifNameToIndex(name());
            stale = false;
        }
        device.retain();
        return device;
    }

    @Override
    synchronized void onLinkChange(LinkState state) {
        // Not what the event says but what is there: it may tell of a former interface of that name.
        stale = SystemCalls.ofThread().ifNameToIndex(name()) != index;
    }

    @Override
    public Receiver openReceiver(PortContext context) throws IOException {
        ThreadIo io = ThreadIo.of(context);
        TapDevice opened = acquire();
        try {
            return openReceiver(context, io, opened);
        } catch (RuntimeException e) {
            opened.release();
            throw e;
        }
    }

    /** The receiver takes the device's share over. */
    private Receiver openReceiver(PortContext context, ThreadIo io, TapDevice opened) {
        String whyNot = "";
        if (wanted == ReceiveMode.IO_URING) {
            UringLoop loop = io.ring();
            whyNot = loop == null ? io.whyNoRing() : UringReceiver.unavailable(context);
            if (loop != null && whyNot.isEmpty()) {
                UringReceiver receiver = new UringReceiver(context, loop, opened.fd(), false);
                setReceiveMode(ReceiveMode.IO_URING, receiver.limitation());
                return new OwningReceiver(receiver, null, opened::release);
            }
        }
        setReceiveMode(ReceiveMode.READ, whyNot);
        return new TapReceiver(opened, context, io);
    }

    @Override
    public Transmitter openTransmitter(PortContext context) throws IOException {
        return new TapTransmitter(acquire(), context);
    }

    @Override
    public void close() {
        super.close();
        synchronized (this) {
            device.release();
        }
    }
}
