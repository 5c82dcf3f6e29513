package dev.turnout.ofproto;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;

import dev.turnout.flow.DpMeter;
import dev.turnout.flow.DpMeters;
import dev.turnout.openflow.MeterConfig;
import dev.turnout.openflow.OfAction;
import dev.turnout.openflow.OfError;
import org.jspecify.annotations.Nullable;

/**
 * A bridge's meters.
 *
 * <p>Thread rules: {@link #get}, {@link #meters} and what they return from any thread; changes under the bridge's lock, by a {@link FlowModBatch}.
 */
final class MeterTable {
    private final DpMeters datapath;
    private final ConcurrentHashMap<Integer, Meter> byId = new ConcurrentHashMap<>();

    MeterTable(DpMeters datapath) {
        this.datapath = datapath;
    }

    @Nullable
    Meter get(int id) {
        return byId.get(id);
    }

    /** The meters of an id, perhaps ALL, in the order of their numbers; virtual ones come last. */
    List<Meter> meters(int id) {
        List<Meter> found = new ArrayList<>();
        if (id == MeterConfig.ALL) {
            found.addAll(byId.values());
            found.sort(Comparator.comparing(meter -> meter.config().id(), Integer::compareUnsigned));
            return found;
        }
        Meter meter = byId.get(id);
        if (meter == null) {
            throw unknown(id);
        }
        found.add(meter);
        return found;
    }

    static FlowModException unknown(int id) {
        return new FlowModException(OfError.OFPMMFC_UNKNOWN_METER,
                "meter=" + MeterConfig.idText(id) + ": there is no such meter");
    }

    // --- changes -------------------------------------------------------------------------------------------------------------------------

    /** Checks what the text syntax allows but a switch may not. */
    static void check(MeterConfig config) {
        String name = "meter=" + MeterConfig.idText(config.id());
        if (!MeterConfig.isMeter(config.id())) {
            throw new FlowModException(OfError.OFPMMFC_INVALID_METER,
                    name + ": not a meter that can be added or changed");
        }
        int units = config.flags() & (MeterConfig.KBPS | MeterConfig.PKTPS);
        if (Integer.bitCount(units) != 1) {
            throw new FlowModException(OfError.OFPMMFC_BAD_FLAGS, name + ": one of kbps and pktps expected");
        }
        if (config.bands().size() > DpMeter.MAX_BANDS) {
            throw new FlowModException(OfError.OFPMMFC_OUT_OF_BANDS,
                    name + ": " + config.bands().size() + " bands, at most " + DpMeter.MAX_BANDS + " expected");
        }
        for (MeterConfig.Band band : config.bands()) {
            if (band.type() != MeterConfig.BandType.DROP) {
                throw new FlowModException(OfError.OFPMMFC_BAD_BAND,
                        name + ": type=dscp_remark is not supported, type=drop expected");
            }
            if (band.rate() < 1 || band.rate() > 0xffff_ffffL) {
                throw new FlowModException(OfError.OFPMMFC_BAD_RATE,
                        name + ": rate=" + band.rate() + ", 1 to 4294967295 expected");
            }
            if (band.burst() < 0 || band.burst() > 0xffff_ffffL) {
                throw new FlowModException(OfError.OFPMMFC_BAD_BURST,
                        name + ": burst_size=" + band.burst() + ", 0 to 4294967295 expected");
            }
        }
    }

    /** Adds a meter; in force at once, but no published flow refers to it yet. */
    Meter add(MeterConfig config, long nowNs) {
        check(config);
        if (byId.containsKey(config.id())) {
            throw new FlowModException(OfError.OFPMMFC_METER_EXISTS,
                    "meter=" + MeterConfig.idText(config.id()) + ": exists already");
        }
        int number = datapath.add(Meter.forDatapath(config));
        if (number == 0) {
            throw new FlowModException(OfError.OFPMMFC_OUT_OF_METERS, "meter=" + MeterConfig.idText(config.id())
                    + ": the datapath has as many meters as it can have");
        }
        Meter meter = new Meter(config, datapath, number, nowNs);
        put(meter);
        return meter;
    }

    void put(Meter meter) {
        byId.put(meter.config().id(), meter);
    }

    void remove(Meter meter) {
        byId.remove(meter.config().id(), meter);
    }

    /** Gives all meters up: the bridge goes. */
    void close() {
        byId.values().forEach(Meter::release);
        byId.clear();
    }

    // --- flows' references ---------------------------------------------------------------------------------------------------------------

    /** Notes what a flow refers to. */
    void link(Rule rule) {
        forEachMeter(rule, meter -> meter.link(rule));
    }

    /** Forgets what a flow referred to. */
    void unlink(Rule rule) {
        forEachMeter(rule, meter -> meter.unlink(rule));
    }

    private void forEachMeter(Rule rule, Consumer<Meter> consumer) {
        if (byId.isEmpty()) {
            return; // a walk less for each of a million flows
        }
        NestedActions.forEach(rule.actions(), action -> {
            int id = switch (action) {
                case OfAction.Meter(int meter) -> meter;
                case OfAction.Controller controller -> controller.meter();
                default -> 0;
            };
            Meter meter = id == 0 ? null : byId.get(id);
            if (meter != null) {
                consumer.accept(meter);
            }
        });
    }
}
