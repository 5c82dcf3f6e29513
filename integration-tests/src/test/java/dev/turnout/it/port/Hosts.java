package dev.turnout.it.port;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.util.List;
import java.util.Map;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;

import dev.turnout.bench.veth.TwoPortSwitch;
import dev.turnout.core.Port;
import dev.turnout.core.io.LinkMonitor;
import dev.turnout.core.io.ThreadIo.RingUse;
import dev.turnout.core.port.InterfacePorts;
import dev.turnout.it.support.Namespace;

/** Two hosts and a switch between them, each a namespace; the hosts' interfaces are {@code va} and {@code vb}, the switch's ends {@code sa} and {@code sb}. */
final class Hosts implements AutoCloseable {
    static final String ADDRESS_A = "10.77.0.1";
    static final String ADDRESS_B = "10.77.0.2";
    private static final int TIMEOUT_MILLIS = 20_000;

    final Namespace a = Namespace.create();
    final Namespace b = Namespace.create();
    final Namespace middle = Namespace.create();

    Hosts() {
        connectA();
        connectB();
    }

    void connectA() {
        a.veth("va", middle, "sa");
        a.ip("addr", "add", ADDRESS_A + "/24", "dev", "va");
    }

    void connectB() {
        b.veth("vb", middle, "sb");
        b.ip("addr", "add", ADDRESS_B + "/24", "dev", "vb");
    }

    /** Joins {@code sa} and {@code sb}. */
    Switch join(String mode, TwoPortSwitch.Tap tap) {
        return join(mode, RingUse.ALL, tap);
    }

    Switch join(String mode, RingUse ringUse, TwoPortSwitch.Tap tap) {
        return middle.call(() -> {
            LinkMonitor monitor = new LinkMonitor();
            Map<String, String> options = Map.of(InterfacePorts.RECEIVE_MODE, mode);
            Port portA = InterfacePorts.open("system", "sa", options, monitor);
            Port portB = InterfacePorts.open("system", "sb", options, monitor);
            return new Switch(monitor, List.of(portA, portB), new TwoPortSwitch(portA, portB, ringUse, tap));
        });
    }

    /** A running switch and what it was made of. */
    record Switch(LinkMonitor monitor, List<Port> ports, TwoPortSwitch forwarder) implements AutoCloseable {
        @Override
        public void close() {
            forwarder.close();
            monitor.close();
        }
    }

    /** Sends bytes over TCP and returns how many arrived before the end of the stream. */
    static long transfer(Namespace from, Namespace to, String address, long bytes) throws Exception {
        FutureTask<ServerSocket> listening = to.start(() -> new ServerSocket(0, 1, InetAddress.getByName(address)));
        try (ServerSocket server = listening.get(TIMEOUT_MILLIS, TimeUnit.MILLISECONDS)) {
            server.setSoTimeout(TIMEOUT_MILLIS);
            FutureTask<Long> received = to.start(() -> receive(server));
            from.call(() -> send(address, server.getLocalPort(), bytes));
            return received.get(TIMEOUT_MILLIS, TimeUnit.MILLISECONDS);
        }
    }

    private static long receive(ServerSocket server) throws IOException {
        try (Socket socket = server.accept()) {
            socket.setSoTimeout(TIMEOUT_MILLIS);
            InputStream in = socket.getInputStream();
            byte[] buffer = new byte[1 << 16];
            long total = 0;
            for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
                for (int i = 0; i < n; i++) {
                    if (buffer[i] != (byte) (total + i)) {
                        throw new IOException("wrong byte at " + (total + i));
                    }
                }
                total += n;
            }
            return total;
        }
    }

    private static long send(String address, int port, long bytes) throws IOException {
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress(address, port), TIMEOUT_MILLIS);
            OutputStream out = socket.getOutputStream();
            byte[] pattern = new byte[1 << 16];
            for (int i = 0; i < pattern.length; i++) {
                pattern[i] = (byte) i;
            }
            for (long sent = 0; sent < bytes; sent += pattern.length) {
                out.write(pattern, 0, (int) Math.min(pattern.length, bytes - sent));
            }
            return bytes;
        }
    }

    /** Sends datagrams until an echo comes back; returns whether one did. */
    static boolean echo(Namespace from, Namespace to, String address, int length, int attempts) throws Exception {
        FutureTask<DatagramSocket> listening = to.start(() -> new DatagramSocket(0, InetAddress.getByName(address)));
        try (DatagramSocket server = listening.get(TIMEOUT_MILLIS, TimeUnit.MILLISECONDS)) {
            var _ = to.start(() -> {
                DatagramPacket packet = new DatagramPacket(new byte[1 << 16], 1 << 16);
                while (!server.isClosed()) {
                    server.receive(packet);
                    server.send(packet);
                }
                return null;
            });
            return from.call(() -> ask(address, server.getLocalPort(), length, attempts));
        }
    }

    private static boolean ask(String address, int port, int length, int attempts) throws IOException {
        try (DatagramSocket socket = new DatagramSocket()) {
            socket.setSoTimeout(200);
            byte[] data = new byte[length];
            for (int i = 0; i < attempts; i++) {
                try {
                    socket.send(new DatagramPacket(data, length, new InetSocketAddress(address, port)));
                    socket.receive(new DatagramPacket(new byte[length], length));
                    return true;
                } catch (SocketTimeoutException e) {
                    // the next attempt
                } catch (IOException e) {
                    if (i == attempts - 1) {
                        throw e;
                    }
                }
            }
            return false;
        }
    }

    @Override
    public void close() {
        a.close();
        b.close();
        middle.close();
    }
}
