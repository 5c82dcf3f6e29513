package dev.turnout.core.port;

import java.io.IOException;

import dev.turnout.core.PortContext;
import dev.turnout.core.Receiver;
import dev.turnout.core.Transmitter;
import dev.turnout.core.io.LinkMonitor;
import dev.turnout.core.io.SystemCalls;
import dev.turnout.core.io.ThreadIo;
import dev.turnout.core.io.UringLoop;

/**
 * A port of type {@code system}: an interface that exists, a veth or a network card, reached through packet sockets.
 *
 * <p>Thread rules: those of {@link dev.turnout.core.Port}.
 */
public final class SystemPort extends InterfacePort {
    /** Chosen on figures: see {@code docs/ports.md}. */
    public static final ReceiveMode DEFAULT_MODE = ReceiveMode.TPACKET_V2;

    private final ReceiveMode wanted;

    /** @param wanted how to receive, where the system allows it */
    public SystemPort(String name, ReceiveMode wanted, LinkMonitor monitor) {
        super(name, "system", monitor, wanted);
        this.wanted = wanted;
    }

    @Override
    public Receiver openReceiver(PortContext context) throws IOException {
        ThreadIo io = ThreadIo.of(context);
        return switch (wanted) {
            case IO_URING -> {
                UringLoop loop = io.ring();
                String whyNot = loop == null ? io.whyNoRing() : UringReceiver.unavailable(context);
                if (loop == null || !whyNot.isEmpty()) {
                    setReceiveMode(ReceiveMode.RECVMMSG, whyNot);
                    yield new MmsgReceiver(name(), context, io);
                }
                yield openRing(context, loop);
            }
            case TPACKET_V2 -> opened(ReceiveMode.TPACKET_V2, new FrameRingReceiver(name(), context, io));
            case TPACKET_V3 -> opened(ReceiveMode.TPACKET_V3, new BlockRingReceiver(name(), context, io));
            case RECVMMSG, READ -> opened(ReceiveMode.RECVMMSG, new MmsgReceiver(name(), context, io));
        };
    }

    private Receiver opened(ReceiveMode mode, Receiver receiver) {
        setReceiveMode(mode, "");
        return receiver;
    }

    private Receiver openRing(PortContext context, UringLoop loop) throws IOException {
        SystemCalls calls = SystemCalls.ofThread();
        int fd = PacketSocket.openReceive(calls, name());
        try {
            PacketSocket.bind(calls, fd, name());
            UringReceiver receiver = new UringReceiver(context, loop, fd, true);
            setReceiveMode(ReceiveMode.IO_URING, receiver.limitation());
            return new OwningReceiver(receiver, new KernelDrops(fd, context.counters()), () -> calls.close(fd));
        } catch (IOException | RuntimeException e) {
            calls.close(fd);
            throw e;
        }
    }

    @Override
    public Transmitter openTransmitter(PortContext context) throws IOException {
        return new MmsgTransmitter(name(), context);
    }
}
