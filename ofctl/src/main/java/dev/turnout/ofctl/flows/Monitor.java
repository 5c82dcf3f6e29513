package dev.turnout.ofctl.flows;

import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

import com.google.protobuf.ByteString;
import dev.turnout.ofctl.CliException;
import dev.turnout.ofctl.Console;
import dev.turnout.ofctl.transport.Calls;
import dev.turnout.ofctl.transport.Conversation;
import dev.turnout.openflow.FlowPrinter;
import dev.turnout.openflow.MatchPrinter;
import dev.turnout.openflow.ProtocolForm;
import dev.turnout.v1.Arbitration;
import dev.turnout.v1.FlowEntry;
import dev.turnout.v1.FlowMonitor;
import dev.turnout.v1.FlowRemoved;
import dev.turnout.v1.FlowSample;
import dev.turnout.v1.PacketIn;
import dev.turnout.v1.PortStatus;
import dev.turnout.v1.StreamRequest;
import dev.turnout.v1.StreamResponse;
import org.jspecify.annotations.Nullable;

/**
 * {@code monitor}: prints what the switch tells a controller, until it is interrupted. It stands beside the election of
 * controllers, so that it takes nothing away from them.
 *
 * <p>Thread rules: one owner.
 */
final class Monitor {
    private static final int MAX_MISS_LENGTH = 65535;
    private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss.SSS: ", Locale.ROOT);

    private final Console console;
    private final BridgeClient bridge;
    private final Settings settings;
    private int missLength = MAX_MISS_LENGTH;
    private boolean invalidTtl;
    private final List<FlowMonitor.Builder> watches = new ArrayList<>();
    private final FlowWatch watch;
    /** Flows are watched, and nothing else is asked for. */
    private boolean watchesOnly;

    Monitor(Console console, BridgeClient bridge, Settings settings) {
        this.console = console;
        this.bridge = bridge;
        this.settings = settings;
        watch = new FlowWatch(bridge, settings);
    }

    /**
     * What stands behind the bridge's name: the bytes wanted of a packet that missed, {@code invalid_ttl}, and {@code watch:SPEC} for changes of flows. With the
     * last alone, nothing else is printed.
     */
    void run(List<String> arguments) {
        boolean more = false;
        for (String argument : arguments) {
            if (argument.equals("invalid_ttl")) {
                invalidTtl = true;
                more = true;
            } else if (FlowWatch.isOne(argument)) {
                watches.add(FlowWatch.request(argument, watches.size(), bridge, settings));
            } else {
                missLength = missLength(argument);
                more |= missLength > 0;
            }
        }
        watchesOnly = !watches.isEmpty() && !more;
        if (settings.names()) {
            bridge.ports();
        }
        StatsText ports = new StatsText(console, bridge, settings);
        try (PacketText packets = new PacketText();
                Conversation<StreamRequest, StreamResponse> stream = bridge.transport().open(Calls.streamChannel())) {
            stream.send(StreamRequest.newBuilder().setArbitration(Arbitration.newBuilder().setBridge(bridge.name()))
                    .build());
            watches.forEach(request -> stream.send(StreamRequest.newBuilder().setFlowMonitor(request).build()));
            for (@Nullable
            StreamResponse message = stream.receive(); message != null; message = stream.receive()) {
                if (message.getDropped() > 0 && !watchesOnly) {
                    console.err().println("ofctl: " + message.getDropped() + " messages were dropped");
                }
                String text = text(message, packets, ports);
                if (!text.isEmpty()) {
                    console.out()
                            .print(settings.timestamp()
                                    ? LocalDateTime.now(ZoneId.systemDefault()).format(TIME) + text
                                    : text);
                    console.out().flush();
                    if (console.out().checkError()) {
                        return;
                    }
                }
                if (message.getFlowUpdates().getCode() != 0) {
                    throw new CliException("watch: " + message.getFlowUpdates().getMessage());
                }
            }
        }
    }

    private static int missLength(String text) {
        try {
            int length = Integer.parseInt(text);
            if (length >= 0 && length <= MAX_MISS_LENGTH) {
                return length;
            }
        } catch (NumberFormatException e) {
            throw new CliException("monitor \"" + text + "\": expected a length in bytes, invalid_ttl or watch:");
        }
        throw new CliException("monitor \"" + text + "\": expected a length from 0 to " + MAX_MISS_LENGTH);
    }

    private String text(StreamResponse message, PacketText packets, StatsText ports) {
        if (message.hasFlowUpdates()) {
            return watch.text(message.getFlowUpdates());
        }
        if (watchesOnly) {
            return "";
        }
        return switch (message.getMessageCase()) {
            case PACKET_IN -> packetIn(message.getPacketIn(), packets);
            case PORT_STATUS -> portStatus(message.getPortStatus(), ports);
            case FLOW_REMOVED -> flowRemoved(message.getFlowRemoved());
            case FLOW_SAMPLE -> sample(message.getFlowSample(), packets);
            case ARBITRATION, PACKET_OUT_RESULT, FLOW_UPDATES, MESSAGE_NOT_SET -> "";
        };
    }

    private String packetIn(PacketIn packet, PacketText packets) {
        boolean miss = packet.getReason() == PacketIn.Reason.NO_MATCH;
        if (packet.getReason() == PacketIn.Reason.INVALID_TTL && !invalidTtl) {
            return "";
        }
        byte[] data = packet.getData().toByteArray();
        if (miss && data.length > missLength) {
            data = Arrays.copyOf(data, missLength);
        }
        StringBuilder text = new StringBuilder("NXT_PACKET_IN2").append(settings.versionLabel()).append(" (xid=0x0):");
        if (packet.getTable() != 0) {
            text.append(" table_id=").append(packet.getTable());
        }
        text.append(" cookie=0x").append(Long.toHexString(packet.getCookie())).append(" total_len=")
                .append(Integer.toUnsignedString(packet.getTotalLength())).append(' ');
        if (!packet.getMetadata().isEmpty()) {
            text.append(packet.getMetadata()).append(',');
        }
        text.append("in_port=").append(port(packet.getInPort())).append(" (via ")
                .append(packet.getReason().name().toLowerCase(Locale.ROOT)).append(") data_len=").append(data.length)
                .append(" (unbuffered)\n");
        appendBytes(text, "userdata", packet.getUserdata());
        appendBytes(text, "continuation", packet.getContinuation());
        return withFrame(text, data, packets);
    }

    private String withFrame(StringBuilder text, byte[] data, PacketText packets) {
        text.append(packets.line(data)).append('\n');
        return settings.more() ? text.append(PacketText.hex(data)).toString() : text.toString();
    }

    private static void appendBytes(StringBuilder text, String name, ByteString bytes) {
        if (!bytes.isEmpty()) {
            text.append(' ').append(name).append('=');
            for (int i = 0; i < bytes.size(); i++) {
                text.append(i == 0 ? "" : ".").append(String.format("%02x", bytes.byteAt(i)));
            }
            text.append('\n');
        }
    }

    private String sample(FlowSample sample, PacketText packets) {
        byte[] data = sample.getData().toByteArray();
        StringBuilder text = new StringBuilder("FLOW_SAMPLE: probability=").append(sample.getProbability())
                .append(" collector_set_id=").append(Integer.toUnsignedString(sample.getCollectorSetId()))
                .append(" obs_domain_id=").append(Integer.toUnsignedString(sample.getObsDomainId()))
                .append(" obs_point_id=").append(Integer.toUnsignedString(sample.getObsPointId()));
        if (sample.getSamplingPort() != 0) {
            text.append(" sampling_port=").append(port(sample.getSamplingPort()));
        }
        if (sample.getDirection() != FlowSample.Direction.UNKNOWN) {
            text.append(' ').append(sample.getDirection().name().toLowerCase(Locale.ROOT));
        }
        text.append(" in_port=").append(port(sample.getInPort())).append(" data_len=").append(data.length).append('\n');
        return withFrame(text, data, packets);
    }

    private String port(int number) {
        @Nullable
        String name = settings.names() ? bridge.nameOf(number) : null;
        return name == null ? StatsText.name(number) : name;
    }

    private String portStatus(PortStatus status, StatsText ports) {
        bridge.learn(status.getPort(), status.getReason() == PortStatus.Reason.DELETE);
        String reason = switch (status.getReason()) {
            case ADD -> "ADD";
            case DELETE -> "DEL";
            case MODIFY -> "MOD";
            case UNRECOGNIZED -> "UNKNOWN";
        };
        return "OFPT_PORT_STATUS" + settings.versionLabel() + " (xid=0x0): " + reason + ":"
                + ports.description(status.getPort());
    }

    private String flowRemoved(FlowRemoved removed) {
        dev.turnout.v1.FlowStats flow = removed.getFlow();
        FlowEntry entry = flow.getEntry();
        dev.turnout.openflow.FlowStats stats = ProtocolForm
                .of(FlowPrinter.shown(new FlowEntries().stats(flow), false), settings.shown());
        StringBuilder text = new StringBuilder("OFPT_FLOW_REMOVED").append(settings.versionLabel())
                .append(" (xid=0x0): ");
        MatchPrinter.append(text, stats.match(), stats.tunnelMetadata(), settings.shownNames(bridge), stats.priority());
        text.append(" reason=").append(FlowWatch.reason(removed.getReason()));
        if (!settings.isOpenFlow10()) {
            text.append(" table_id=").append(entry.getTable());
        }
        if (entry.getCookie() != 0) {
            text.append(" cookie:0x").append(Long.toHexString(entry.getCookie()));
        }
        text.append(" duration").append(StatsText.seconds(flow.getDurationNs())).append("s idle")
                .append(entry.getIdleTimeoutSeconds());
        if (!settings.isOpenFlow10() && entry.getHardTimeoutSeconds() != 0) {
            text.append(" hard").append(entry.getHardTimeoutSeconds());
        }
        return text.append(" pkts").append(Long.toUnsignedString(flow.getPackets())).append(" bytes")
                .append(Long.toUnsignedString(flow.getBytes())).append('\n').toString();
    }
}
