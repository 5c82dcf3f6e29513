package dev.turnout.upcall;

import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.atomic.LongAdder;

/** The slow path's counters. Thread rules: any thread. */
final class UpcallCounters {
    private final LongAdder[] adders = new LongAdder[UpcallCounter.values().length];

    UpcallCounters() {
        for (int i = 0; i < adders.length; i++) {
            adders[i] = new LongAdder();
        }
    }

    void add(UpcallCounter counter) {
        adders[counter.ordinal()].increment();
    }

    void add(UpcallCounter counter, long amount) {
        adders[counter.ordinal()].add(amount);
    }

    long get(UpcallCounter counter) {
        return adders[counter.ordinal()].sum();
    }

    Map<UpcallCounter, Long> snapshot() {
        Map<UpcallCounter, Long> counts = new EnumMap<>(UpcallCounter.class);
        for (UpcallCounter counter : UpcallCounter.values()) {
            counts.put(counter, get(counter));
        }
        return counts;
    }
}
