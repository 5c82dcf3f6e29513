package dev.turnout.ofproto;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;

import dev.turnout.flow.DpMeter;
import dev.turnout.flow.DpMeters;
import dev.turnout.openflow.MeterConfig;

/**
 * A meter of a bridge, and the datapath meter behind it. The datapath's number is in the actions of megaflows, so it is given back only when the
 * meter is deleted and no translation that names it is left: until then packets of megaflows that are about to go are still metered.
 *
 * <p>Thread rules: {@link #tryHold}, {@link #release} and {@link #stats} from any thread; the rest under the bridge's lock.
 */
final class Meter implements Held {
    private final DpMeters datapath;
    private final int dpNumber;
    private final long createdNs;
    /** Translations, and 1 for the meter table. */
    private final AtomicInteger references = new AtomicInteger(1);
    /** The flows that refer to it; under the bridge's lock. */
    private final Set<Rule> flows = new HashSet<>(4);
    private volatile int flowCount; // volatile: read by any thread for statistics
    private volatile MeterConfig config; // volatile: read by any thread for listings

    Meter(MeterConfig config, DpMeters datapath, int dpNumber, long nowNs) {
        this.config = config;
        this.datapath = datapath;
        this.dpNumber = dpNumber;
        createdNs = nowNs;
    }

    /** What the datapath needs to know of a meter. */
    static DpMeter forDatapath(MeterConfig config) {
        List<DpMeter.Band> bands = config.bands().stream().map(band -> new DpMeter.Band(band.rate(), band.burst()))
                .toList();
        return new DpMeter((config.flags() & MeterConfig.PKTPS) != 0, bands);
    }

    MeterConfig config() {
        return config;
    }

    /** The datapath's number. */
    int dpNumber() {
        return dpNumber;
    }

    /** Changes rates; as with the field's switch, counters begin anew and buckets are full. */
    void replace(MeterConfig next) {
        datapath.replace(dpNumber, forDatapath(next));
        config = next;
    }

    /** Holds the datapath's number for a translation; false if the meter is gone. */
    boolean tryHold() {
        int count = references.get();
        while (count > 0 && !references.compareAndSet(count, count + 1)) {
            count = references.get();
        }
        return count > 0;
    }

    @Override
    public void release() {
        if (references.decrementAndGet() == 0) {
            datapath.remove(dpNumber);
        }
    }

    Set<Rule> flows() {
        return flows;
    }

    void link(Rule rule) {
        flows.add(rule);
        flowCount = flows.size();
    }

    void unlink(Rule rule) {
        flows.remove(rule);
        flowCount = flows.size();
    }

    MeterStats stats(long nowNs) {
        long[] counts = datapath.read(dpNumber);
        MeterConfig now = config;
        List<MeterStats.Band> bands = new ArrayList<>();
        for (int b = 0; b < now.bands().size(); b++) {
            boolean known = 3 + 2 * b < counts.length; // a modification may be under way
            bands.add(new MeterStats.Band(known ? counts[2 + 2 * b] : 0, known ? counts[3 + 2 * b] : 0));
        }
        return new MeterStats(now.id(), flowCount, counts[0], counts[1], nowNs - createdNs, bands);
    }
}
