package dev.turnout.core;

import java.io.IOException;

/**
 * A port's control side: what the datapath needs to know and the doors to its two packet sides. Behind this seam are
 * packet sockets, TAP devices, memory, pcap files and the fault injector.
 *
 * <p>Thread rules: {@link #openReceiver} and {@link #openTransmitter} are called on the forwarding thread that will use
 * the result, everything else on any control thread. One thread at a time has a receiver; every forwarding thread has a
 * transmitter of its own.
 */
public interface Port {
    /** The interface's name, as {@code vsctl add-port} gave it. */
    String name();

    /** The interface type: {@code system}, {@code tap}, {@code internal}, {@code memory}, {@code pcap}. */
    String type();

    /** What the port can do; does not change. */
    PortFeatures features();

    /** The interface's state at this moment. */
    LinkState linkState();

    /** How packets are received, in one or two words for {@code vsctl show}: {@code io_uring}, {@code recvmmsg}. */
    String receiveMode();

    /** Opens the receive side; the caller closes it. */
    Receiver openReceiver(PortContext context) throws IOException;

    /** Opens one thread's transmit side; the caller closes it. */
    Transmitter openTransmitter(PortContext context) throws IOException;

    /**
     * Names who is told when {@link #linkState} changes. Called once, before the port is opened. A port whose state never
     * changes may ignore it.
     */
    default void setListener(PortListener listener) {
    }

    /** Frees what belongs to the port as a whole; receivers and transmitters were closed before. */
    void close();

    /** Told about changes of a port's state. */
    @FunctionalInterface
    interface PortListener {
        /** The state has changed to {@code state}; any thread but a forwarding thread may call it. */
        void linkChanged(Port port, LinkState state);
    }
}
