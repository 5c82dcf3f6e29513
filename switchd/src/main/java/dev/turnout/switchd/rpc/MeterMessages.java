package dev.turnout.switchd.rpc;

import java.util.Iterator;
import java.util.List;

import dev.turnout.core.Meters;
import dev.turnout.flow.DpMeter;
import dev.turnout.ofproto.Bridge;
import dev.turnout.ofproto.MeterStats;
import dev.turnout.openflow.MeterConfig;
import dev.turnout.openflow.MeterMod;
import dev.turnout.openflow.MeterParser;
import dev.turnout.v1.BandStats;
import dev.turnout.v1.Meter;
import dev.turnout.v1.MeterFeatures;
import dev.turnout.v1.MeterQuery;
import dev.turnout.v1.MeterUpdate;
import dev.turnout.v1.ReadResponse;

/** Meters between messages and the OpenFlow vocabulary. */
final class MeterMessages {
    private static final MeterFeatures FEATURES = MeterFeatures.newBuilder().setMaxMeters(Meters.MAX_METERS)
            .setMaxBands(DpMeter.MAX_BANDS).addBandTypes("drop").addCapabilities("kbps").addCapabilities("pktps")
            .addCapabilities("burst").addCapabilities("stats").build();

    private MeterMessages() {
    }

    /** Reads an update; throws FlowSyntaxException or IllegalArgumentException naming what is wrong. */
    static MeterMod mod(MeterUpdate update) {
        return switch (update.getCommand()) {
            case ADD -> new MeterMod(MeterMod.Command.ADD, MeterParser.parse(update.getText()));
            case MODIFY -> new MeterMod(MeterMod.Command.MODIFY, MeterParser.parse(update.getText()));
            case DELETE -> new MeterMod(MeterMod.Command.DELETE,
                    new MeterConfig(MeterParser.parseId(update.getText()), 0, List.of()));
            case UNRECOGNIZED -> throw new IllegalArgumentException(
                    "meter command " + update.getCommandValue() + " is unknown; expected 0 to 2");
        };
    }

    /** One meter, or all; throws FlowModException if there is no such meter. */
    static Iterator<ReadResponse> meters(Bridge bridge, MeterQuery query) {
        return ReadPages.of(bridge.meters(MeterParser.parseId(query.getText())).iterator(),
                (response, meter) -> response
                        .addMeters(Meter.newBuilder().setMeterId(meter.id()).setText(meter.line())));
    }

    /** What one meter, or each, has counted; throws FlowModException if there is no such meter. */
    static Iterator<ReadResponse> stats(Bridge bridge, MeterQuery query) {
        return ReadPages.of(bridge.meterStats(MeterParser.parseId(query.getText())).iterator(),
                (response, stats) -> response.addMeterStats(message(stats)));
    }

    private static dev.turnout.v1.MeterStats message(MeterStats stats) {
        dev.turnout.v1.MeterStats.Builder message = dev.turnout.v1.MeterStats.newBuilder().setMeterId(stats.id())
                .setFlowCount(stats.flows()).setPackets(stats.packets()).setBytes(stats.bytes())
                .setDurationNs(stats.durationNs());
        for (MeterStats.Band band : stats.bands()) {
            message.addBands(BandStats.newBuilder().setPackets(band.packets()).setBytes(band.bytes()));
        }
        return message.build();
    }

    static ReadResponse features() {
        return ReadResponse.newBuilder().setMeterFeatures(FEATURES).build();
    }
}
