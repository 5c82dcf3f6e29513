package dev.turnout.switchd.rpc;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.HexFormat;

import dev.turnout.core.memory.MemoryPort;
import dev.turnout.switchd.TurnoutSwitch;
import dev.turnout.switchd.config.Listen;
import dev.turnout.switchd.config.SwitchSettings;
import dev.turnout.switchd.network.PortSettings;
import io.grpc.ManagedChannel;
import io.grpc.netty.NettyChannelBuilder;

/** A whole switch with a secure bridge {@code br0} of two ports in memory, and a gRPC channel to it. */
final class ApiSwitch implements AutoCloseable {
    /** From ...01 to ...02, of a type that means nothing. */
    static final byte[] FRAME = HexFormat.of().parseHex("020000000002" + "020000000001" + "88b5" + "00".repeat(46));

    final TurnoutSwitch turnout;
    final ManagedChannel channel;
    final MemoryPort p1 = new MemoryPort("p1");
    final MemoryPort p2 = new MemoryPort("p2");

    ApiSwitch(Path runDir) throws Exception {
        turnout = TurnoutSwitch.start(
                SwitchSettings.builder().runDir(runDir).grpc(new Listen("127.0.0.1", 0)).build());
        var ignored = turnout.transact(transaction -> transaction.addBridge("br0", false)
                .set("bridge", "br0", false, "datapath_type", null, "dummy")
                .set("bridge", "br0", false, "fail_mode", null, "secure"));
        assertThat(turnout.addPort("br0", PortSettings.of("p1", "memory"), p1)).isEqualTo(1);
        assertThat(turnout.addPort("br0", PortSettings.of("p2", "memory"), p2)).isEqualTo(2);
        channel = NettyChannelBuilder.forTarget(turnout.addresses().replaceFirst(".*grpc=", "")).usePlaintext()
                .build();
    }

    @Override
    public void close() throws IOException {
        channel.shutdownNow();
        turnout.close();
    }
}
