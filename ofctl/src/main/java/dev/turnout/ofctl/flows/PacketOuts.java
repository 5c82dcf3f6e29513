package dev.turnout.ofctl.flows;

import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;

import com.google.protobuf.ByteString;
import dev.turnout.ofctl.CliException;
import dev.turnout.ofctl.transport.Calls;
import dev.turnout.ofctl.transport.Conversation;
import dev.turnout.openflow.ActionParser;
import dev.turnout.openflow.OfPorts;
import dev.turnout.v1.Arbitration;
import dev.turnout.v1.PacketOut;
import dev.turnout.v1.PacketOutResult;
import dev.turnout.v1.StreamRequest;
import dev.turnout.v1.StreamResponse;
import org.jspecify.annotations.Nullable;

/**
 * {@code packet-out}, in both of its forms: {@code IN_PORT ACTIONS PACKET...}, and one argument of {@code in_port=},
 * {@code packet=} and {@code actions=}. Each packet is sent and its result awaited.
 */
final class PacketOuts {
    private static final int ETHERNET = 14;
    private static final int PORT_ACTIONS_PACKETS = 3;

    private final BridgeClient bridge;

    PacketOuts(BridgeClient bridge) {
        this.bridge = bridge;
    }

    /** What stands behind the bridge's name. */
    void send(List<String> arguments) {
        List<PacketOut> packets = new ArrayList<>();
        if (arguments.size() == 1) {
            packets.add(described(arguments.get(0)));
        } else if (arguments.size() >= PORT_ACTIONS_PACKETS) {
            for (String packet : arguments.subList(2, arguments.size())) {
                packets.add(packet(port(arguments.get(0)), arguments.get(1), packet, packets.size() + 1));
            }
        } else {
            throw new CliException("packet-out: expected BRIDGE IN_PORT ACTIONS PACKET... or BRIDGE "
                    + "in_port=PORT,packet=HEX,actions=ACTIONS");
        }
        send(bridge, packets);
    }

    private PacketOut described(String text) {
        String port = "";
        @Nullable
        String packet = null;
        int actions = actionsStart(text);
        if (actions < 0) {
            throw new CliException("must specify an action");
        }
        int value = text.indexOf('=', actions) + 1;
        for (String part : text.substring(0, actions).split("[,\\s]+", -1)) {
            int equals = part.indexOf('=');
            String key = equals < 0 ? part : part.substring(0, equals);
            switch (key) {
                case "" -> {
                }
                case "in_port" -> port = port(part.substring(equals + 1));
                case "packet" -> packet = part.substring(equals + 1);
                default -> throw new CliException("unknown keyword " + key
                        + " in packet-out: expected in_port, packet or actions");
            }
        }
        if (packet == null) {
            throw new CliException("must specify packet");
        }
        return packet(port, text.substring(value), packet, 1);
    }

    /** Where {@code actions=} or {@code action=} begins, or -1. */
    private static int actionsStart(String text) {
        int start = text.indexOf("actions=");
        return start < 0 ? text.indexOf("action=") : start;
    }

    /** The port as the switch takes it, if it is one. */
    private String port(String text) {
        String name = text.startsWith("\"") && text.endsWith("\"") && text.length() > 1
                ? text.substring(1, text.length() - 1)
                : text;
        boolean number = !name.isEmpty() && name.chars().allMatch(Character::isDigit);
        if (!number && OfPorts.reservedPort(name) < 0 && bridge.numberOf(name) < 0) {
            throw new CliException(text + " is not a valid OpenFlow port");
        }
        return name;
    }

    private PacketOut packet(String port, String actions, String hex, int id) {
        ActionParser.parse(actions, bridge);
        byte[] data;
        try {
            data = HexFormat.of().parseHex(hex.replaceAll("\\s", ""));
        } catch (IllegalArgumentException e) {
            throw new CliException("packet \"" + abbreviated(hex) + "\": expected an even number of hex digits");
        }
        if (data.length < ETHERNET) {
            throw new CliException(
                    "packet \"" + hex + "\": too short for an Ethernet header of " + ETHERNET + " bytes");
        }
        return PacketOut.newBuilder().setId(id).setData(ByteString.copyFrom(data)).setInPort(port).setActions(actions)
                .build();
    }

    private static String abbreviated(String hex) {
        int shown = 64;
        return hex.length() <= shown ? hex : hex.substring(0, shown) + "...";
    }

    private static void send(BridgeClient bridge, List<PacketOut> packets) {
        try (Conversation<StreamRequest, StreamResponse> stream = bridge.transport().open(Calls.streamChannel())) {
            stream.send(StreamRequest.newBuilder().setArbitration(Arbitration.newBuilder().setBridge(bridge.name()))
                    .build());
            await(stream, StreamResponse.MessageCase.ARBITRATION);
            for (PacketOut packet : packets) {
                stream.send(StreamRequest.newBuilder().setPacketOut(packet).build());
                PacketOutResult result = await(stream, StreamResponse.MessageCase.PACKET_OUT_RESULT)
                        .getPacketOutResult();
                if (result.getCode() != 0) {
                    throw new CliException(packets.size() == 1
                            ? result.getMessage()
                            : "packet " + packet.getId() + ": " + result.getMessage());
                }
            }
            stream.finish();
        }
    }

    /** The next message of a kind; what else the switch tells is not asked for here. */
    private static StreamResponse await(Conversation<StreamRequest, StreamResponse> stream,
            StreamResponse.MessageCase kind) {
        for (@Nullable
        StreamResponse response = stream.receive(); response != null; response = stream.receive()) {
            if (response.getMessageCase() == kind) {
                return response;
            }
        }
        throw new CliException("the switch ended the conversation");
    }
}
