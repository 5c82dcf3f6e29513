package dev.turnout.ofctl.flows;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

import dev.turnout.flow.Json;
import dev.turnout.ofctl.CliException;
import dev.turnout.ofctl.Console;
import dev.turnout.openflow.MeterConfig;
import dev.turnout.openflow.MeterParser;
import dev.turnout.openflow.Protocols;
import dev.turnout.v1.BandStats;
import dev.turnout.v1.FlowUpdate;
import dev.turnout.v1.Meter;
import dev.turnout.v1.MeterFeatures;
import dev.turnout.v1.MeterFeaturesQuery;
import dev.turnout.v1.MeterQuery;
import dev.turnout.v1.MeterStats;
import dev.turnout.v1.MeterUpdate;
import dev.turnout.v1.ReadRequest;

/** The verbs of meters, in the words of {@code ovs-ofctl}. Meters exist from OpenFlow 1.3 on. */
final class MeterCommands {
    private final Console console;
    private final BridgeClient bridge;
    private final Settings settings;
    private final String version;

    MeterCommands(Console console, BridgeClient bridge, Settings settings) {
        this.console = console;
        this.bridge = bridge;
        this.settings = settings;
        version = Settings.versionLabel(settings.oneOf(Protocols.OPENFLOW13_UP));
    }

    /** Adds or modifies a meter. */
    void write(MeterUpdate.Command command, String text) {
        MeterConfig ignored = MeterParser.parse(text); // refused before anything is sent
        update(command, text);
    }

    /** Deletes a meter, or all. */
    void delete(String text) {
        int ignored = MeterParser.parseId(text);
        update(MeterUpdate.Command.DELETE, text);
    }

    private void update(MeterUpdate.Command command, String text) {
        new FlowWriter(console, bridge, settings).update(FlowUpdate.newBuilder()
                .setMeter(MeterUpdate.newBuilder().setCommand(command).setText(text)));
    }

    private MeterQuery query(String text) {
        int ignored = MeterParser.parseId(text);
        return MeterQuery.newBuilder().setText(text).build();
    }

    /** {@code dump-meters}, or {@code dump-meter} of one. */
    void dump(String text) {
        List<Meter> meters = new ArrayList<>();
        bridge.read(ReadRequest.newBuilder().setMeters(query(text)),
                response -> meters.addAll(response.getMetersList()));
        print("OFPST_METER_CONFIG", meters, meter -> console.out().println(MeterParser.parse(meter.getText()).text()),
                json -> meters.forEach(meter -> json(json, MeterParser.parse(meter.getText()))));
    }

    private static void json(Json json, MeterConfig meter) {
        json.object().field("meter", MeterConfig.idText(meter.id()))
                .field("unit", (meter.flags() & MeterConfig.PKTPS) != 0 ? "pktps" : "kbps").name("bands").array();
        for (MeterConfig.Band band : meter.bands()) {
            json.object().field("type", band.type().text()).field("rate", band.rate())
                    .field("burst_size", band.burst()).endObject();
        }
        json.endArray().endObject();
    }

    /** {@code meter-stats}, of one or of all. */
    void stats(String text) {
        List<MeterStats> meters = new ArrayList<>();
        bridge.read(ReadRequest.newBuilder().setMeterStats(query(text)),
                response -> meters.addAll(response.getMeterStatsList()));
        print("OFPST_METER", meters, this::print, json -> meters.forEach(meter -> json(json, meter)));
    }

    private void print(MeterStats meter) {
        StringBuilder text = new StringBuilder("meter:").append(MeterConfig.idText(meter.getMeterId()))
                .append(" flow_count:").append(Integer.toUnsignedString(meter.getFlowCount()))
                .append(" packet_in_count:").append(Long.toUnsignedString(meter.getPackets()))
                .append(" byte_in_count:").append(Long.toUnsignedString(meter.getBytes()))
                .append(" duration:").append(StatsText.seconds(meter.getDurationNs())).append("s bands:\n");
        for (int i = 0; i < meter.getBandsCount(); i++) {
            BandStats band = meter.getBands(i);
            text.append(i).append(": packet_count:").append(Long.toUnsignedString(band.getPackets()))
                    .append(" byte_count:").append(Long.toUnsignedString(band.getBytes())).append('\n');
        }
        console.out().print(text);
    }

    private static void json(Json json, MeterStats meter) {
        json.object().field("meter", MeterConfig.idText(meter.getMeterId())).field("flows", meter.getFlowCount())
                .field("packets", meter.getPackets()).field("bytes", meter.getBytes()).name("duration")
                .seconds(meter.getDurationNs()).name("bands").array();
        for (BandStats band : meter.getBandsList()) {
            json.object().field("packets", band.getPackets()).field("bytes", band.getBytes()).endObject();
        }
        json.endArray().endObject();
    }

    /** A reply: its title, and between two meters an empty line. */
    private <T> void print(String title, List<T> meters, Consumer<T> printer, Consumer<Json> jsonPrinter) {
        if (settings.json()) {
            Json json = new Json().array();
            jsonPrinter.accept(json);
            console.out().println(json.endArray());
            return;
        }
        console.out().println(title + " reply" + version + " (xid=0x2):");
        for (int i = 0; i < meters.size(); i++) {
            if (i > 0) {
                console.out().println();
            }
            printer.accept(meters.get(i));
        }
    }

    /** {@code meter-features}. */
    void features() {
        List<MeterFeatures> replies = new ArrayList<>();
        bridge.read(ReadRequest.newBuilder().setMeterFeatures(MeterFeaturesQuery.getDefaultInstance()),
                response -> replies.add(response.getMeterFeatures()));
        if (replies.isEmpty()) {
            throw new CliException("the switch says nothing of its meters");
        }
        MeterFeatures features = replies.get(0);
        if (settings.json()) {
            Json json = new Json().object().field("max_meters", features.getMaxMeters())
                    .field("max_bands", features.getMaxBands()).name("band_types").array();
            features.getBandTypesList().forEach(json::value);
            json.endArray().name("capabilities").array();
            features.getCapabilitiesList().forEach(json::value);
            console.out().println(json.endArray().endObject());
            return;
        }
        console.out().println("OFPST_METER_FEATURES reply" + version + " (xid=0x2):");
        console.out().println("max_meter:" + features.getMaxMeters() + " max_bands:" + features.getMaxBands()
                + " max_color:0"); // no band colours packets
        console.out().println("band_types: " + String.join(" ", features.getBandTypesList()));
        console.out().println("capabilities: " + String.join(" ", features.getCapabilitiesList()));
    }
}
