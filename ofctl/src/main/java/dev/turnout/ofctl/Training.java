package dev.turnout.ofctl;

import java.io.ByteArrayInputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

import com.google.protobuf.ByteString;
import com.google.protobuf.MessageLite;
import dev.turnout.v1.AggregateStats;
import dev.turnout.v1.AppctlResponse;
import dev.turnout.v1.Arbitration;
import dev.turnout.v1.BandStats;
import dev.turnout.v1.Bridge;
import dev.turnout.v1.Config;
import dev.turnout.v1.ControlFrame;
import dev.turnout.v1.FlowEntry;
import dev.turnout.v1.FlowStats;
import dev.turnout.v1.LineStatus;
import dev.turnout.v1.ListBridgesResponse;
import dev.turnout.v1.ListPortsResponse;
import dev.turnout.v1.Meter;
import dev.turnout.v1.MeterStats;
import dev.turnout.v1.OperationResult;
import dev.turnout.v1.PacketOutResult;
import dev.turnout.v1.Port;
import dev.turnout.v1.PortStats;
import dev.turnout.v1.ReadResponse;
import dev.turnout.v1.StreamResponse;
import dev.turnout.v1.TableStats;
import dev.turnout.v1.TransactResponse;
import dev.turnout.v1.UpdateStatus;
import dev.turnout.v1.WriteFileResponse;
import dev.turnout.v1.WriteResponse;

/**
 * The training run of the ahead-of-time cache: runs one command of every kind in this process, over a control socket
 * behind which this class answers with something printable, so that the cache holds the classes of real commands. The
 * launcher starts it once per build.
 */
public final class Training {
    private static final List<List<String>> COMMANDS = List.of(List.of("ofctl", "--help"),
            List.of("ofctl", "parse-flow", "table=1,priority=10,tcp,in_port=1,nw_dst=10.0.0.0/8,tp_dst=80,"
                    + "actions=set_field:1.2.3.4->ip_dst,dec_ttl,output:2"),
            List.of("ofctl", "parse-flow", "reg0=1,ipv6,ipv6_src=1::2,actions=load:1->NXM_NX_REG1[],resubmit(,2)"),
            List.of("ofctl", "add-flow", "br0", "in_port=1,dl_dst=02:00:00:00:00:01,actions=mod_vlan_vid:5,output:2"),
            List.of("ofctl", "--bundle", "add-flows", "br0", "-"),
            List.of("ofctl", "--strict", "del-flows", "br0", "arp"),
            List.of("ofctl", "dump-flows", "br0"),
            List.of("ofctl", "--names", "--sort=in_port", "dump-flows", "br0", "ip"),
            List.of("ofctl", "-OOpenFlow13", "--no-stats", "dump-flows", "br0"),
            List.of("ofctl", "dump-aggregate", "br0"),
            List.of("ofctl", "show", "br0"), List.of("ofctl", "dump-ports", "br0"),
            List.of("ofctl", "dump-tables", "br0"),
            List.of("ofctl", "add-meter", "br0", "meter=1,pktps,bands=type=drop,rate=1"),
            List.of("ofctl", "dump-meters", "br0"), List.of("ofctl", "meter-stats", "br0"),
            List.of("ofctl", "replace-flows", "br0", "-"), List.of("ofctl", "diff-flows", "br0", "-"),
            List.of("ofctl", "packet-out", "br0", "1", "output:2", "020000000001020000000002080045"),
            List.of("ofctl", "add-flow", "br0", "bla=1,actions=drop"), List.of("vsctl", "show"),
            List.of("vsctl", "list-br"),
            List.of("vsctl", "-fjson", "show"),
            List.of("vsctl", "--may-exist", "add-br", "br0", "--", "--if-exists", "del-port",
                    "br0", "p", "--", "set", "interface", "p", "options:peer=q", "--", "get", "interface", "p",
                    "ofport"),
            List.of("appctl", "version"), List.of("dpctl", "dump-flows", "-m"));

    private Training() {
    }

    /** Runs the commands; what they print goes nowhere. */
    public static void main(String[] arguments) throws IOException {
        Path directory = Files.createTempDirectory("turnout-training");
        Path socket = directory.resolve("turnout.sock");
        try (ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            server.bind(UnixDomainSocketAddress.of(socket));
            Thread.ofPlatform().daemon().start(() -> serve(server));
            for (List<String> command : COMMANDS) {
                run(directory, command);
            }
        } finally {
            Files.deleteIfExists(socket);
            Files.delete(directory);
        }
        run(directory, List.of("ofctl", "dump-flows", "br0"));
    }

    private static void run(Path directory, List<String> command) {
        InputStream in = new ByteArrayInputStream(
                "# flows\nudp,in_port=2,actions=NORMAL\ntable=3,priority=1,actions=drop\n"
                        .getBytes(StandardCharsets.UTF_8));
        try (PrintStream out = new PrintStream(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8)) {
            // The process's console is made too, so that its classes are in the cache.
            boolean terminal = Console.ofProcess().isTerminal();
            Main.run(new Console(out, out, in, Map.of("TURNOUT_RUN_DIR", directory.toString()), terminal), command);
        }
    }

    /** Serves one client after the other, until the socket is closed. */
    private static void serve(ServerSocketChannel server) {
        while (server.isOpen()) {
            try (SocketChannel client = server.accept()) {
                serve(client);
            } catch (IOException e) {
                // A client that went away; or the socket was closed, which ends the loop.
                System.err.println(e);
            }
        }
    }

    private static void serve(SocketChannel client) throws IOException {
        DataInputStream in = new DataInputStream(Channels.newInputStream(client));
        String method = "";
        while (true) {
            ControlFrame frame = ControlFrame.parseFrom(in.readNBytes(in.readInt()));
            method = frame.getMethod().isEmpty() ? method : frame.getMethod();
            if (frame.hasMessage()) {
                for (MessageLite answer : answers(method)) {
                    write(client, ControlFrame.newBuilder().setMessage(answer.toByteString()).build());
                }
            }
            if (frame.getEnd()) {
                write(client, ControlFrame.newBuilder().setEnd(true).build());
            }
        }
    }

    private static void write(SocketChannel client, ControlFrame frame) throws IOException {
        ByteBuffer buffer = ByteBuffer.allocate(4 + frame.getSerializedSize());
        buffer.putInt(frame.getSerializedSize()).put(frame.toByteArray()).flip();
        client.write(buffer);
    }

    private static List<MessageLite> answers(String method) {
        Port port = Port.newBuilder().setName("p").setOfport(1).setMac("02:00:00:00:00:01").putOptions("peer", "q")
                .build();
        Bridge bridge = Bridge.newBuilder().setName("br0").addPorts(port).putOtherConfig("a", "b").build();
        Config config = Config.newBuilder().addBridges(bridge).build();
        return switch (method) {
            case "turnout.v1.Switch/Transact" -> {
                TransactResponse.Builder response = TransactResponse.newBuilder();
                for (int i = 0; i < 4; i++) {
                    response.addResults(OperationResult.newBuilder().addValues("1").setConfig(config));
                }
                yield List.of(response.build());
            }
            case "turnout.v1.Switch/ListBridges" ->
                List.of(ListBridgesResponse.newBuilder().addBridges(bridge).build());
            case "turnout.v1.Switch/ListPorts" -> List.of(ListPortsResponse.newBuilder().addPorts(port).build());
            case "turnout.v1.Flows/Write" -> List.of(WriteResponse.newBuilder()
                    .addStatuses(UpdateStatus.newBuilder().setCode(3).setMessage("no")).build());
            case "turnout.v1.Flows/WriteFile" -> List.of(WriteFileResponse.newBuilder().setTotalRefused(1)
                    .addRefused(LineStatus.newBuilder().setLine(1).setStatus(UpdateStatus.newBuilder().setCode(3)
                            .setMessage("no")))
                    .build());
            case "turnout.v1.Flows/Read" ->
                List.of(ReadResponse.newBuilder().setAggregate(AggregateStats.newBuilder().setFlows(1))
                        .addTables(TableStats.newBuilder().setActive(1)).addPorts(PortStats.newBuilder().setOfport(1))
                        .addMeters(Meter.newBuilder().setText("meter=1 pktps bands=type=drop rate=1"))
                        .addMeterStats(MeterStats.newBuilder().addBands(BandStats.newBuilder().setPackets(1)))
                        .addFlows(FlowStats.newBuilder().setPackets(1).setEntry(FlowEntry.newBuilder().setPriority(2)
                                .setMatch("ip,in_port=1").setActions("mod_nw_src:1.2.3.4,output:2")))
                        .setText(ByteString.copyFromUtf8(" actions=drop\n")).build());
            case "turnout.v1.StreamChannel/Open" -> List.of(
                    StreamResponse.newBuilder().setArbitration(Arbitration.newBuilder().setBridge("br0")).build(),
                    StreamResponse.newBuilder().setPacketOutResult(PacketOutResult.newBuilder().setId(1)).build());
            default -> List.of(AppctlResponse.newBuilder().setOutput("text\n").build());
        };
    }
}
