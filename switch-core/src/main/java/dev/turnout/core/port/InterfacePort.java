package dev.turnout.core.port;

import java.util.concurrent.atomic.AtomicReference;

import dev.turnout.core.LinkState;
import dev.turnout.core.Port;
import dev.turnout.core.PortFeatures;
import dev.turnout.core.io.LinkMonitor;
import org.jspecify.annotations.Nullable;

/**
 * What ports on interfaces of the system have in common: the name, the state that the link monitor reports, and the receive mode in use.
 *
 * <p>Thread rules: those of {@link Port}. {@link #modeInUse} is written by the forwarding thread that opened the receiver and read by any.
 */
abstract class InterfacePort implements Port, LinkMonitor.Listener {
    /** The longest IP packet with an Ethernet header and two VLAN tags. */
    private static final PortFeatures FEATURES = new PortFeatures(true, 65_535 + 14 + 8);

    private final String name;
    private final String type;
    private final LinkMonitor monitor;
    private final AtomicReference<String> modeInUse;
    /** Set once, before the monitor can call. */
    private volatile @Nullable PortListener listener;
    /** What {@link #linkState} returned last. */
    private volatile @Nullable LinkState reported;

    InterfacePort(String name, String type, LinkMonitor monitor, ReceiveMode wanted) {
        this.name = name;
        this.type = type;
        this.monitor = monitor;
        modeInUse = new AtomicReference<>(wanted.text());
    }

    @Override
    public final String name() {
        return name;
    }

    @Override
    public final String type() {
        return type;
    }

    @Override
    public final PortFeatures features() {
        return FEATURES;
    }

    @Override
    public final LinkState linkState() {
        LinkState state = monitor.state(name);
        reported = state;
        return state;
    }

    @Override
    public final String receiveMode() {
        return modeInUse.get();
    }

    final void setReceiveMode(ReceiveMode mode, String why) {
        modeInUse.set(why.isEmpty() ? mode.text() : mode.text() + " (" + why + ")");
    }

    @Override
    public final void setListener(PortListener value) {
        listener = value;
        monitor.addListener(name, this);
        LinkState state = monitor.state(name);
        if (!state.equals(reported)) { // it changed before there was somebody to tell
            linkChanged(name, state);
        }
    }

    @Override
    public final void linkChanged(String ignored, LinkState state) {
        onLinkChange(state);
        PortListener told = listener;
        if (told != null) {
            told.linkChanged(this, state);
        }
    }

    /** The interface's state has changed; before anybody else is told. */
    void onLinkChange(LinkState state) {
    }

    @Override
    public void close() {
        monitor.removeListener(name, this);
    }
}
