package dev.turnout.upcall;

import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.atomic.LongAdder;

/**
 * One counter per constant of an enum.
 *
 * <p>Thread rules: any thread; the map itself does not change.
 */
final class EnumCounters<E extends Enum<E>> {
    private final Class<E> type;
    private final Map<E, LongAdder> adders;

    EnumCounters(Class<E> type) {
        this.type = type;
        adders = new EnumMap<>(type);
        for (E constant : type.getEnumConstants()) {
            adders.put(constant, new LongAdder());
        }
    }

    void add(E constant) {
        add(constant, 1);
    }

    void add(E constant, long amount) {
        adder(constant).add(amount);
    }

    long get(E constant) {
        return adder(constant).sum();
    }

    private LongAdder adder(E constant) {
        LongAdder adder = adders.get(constant);
        if (adder == null) {
            throw new IllegalStateException("no counter of " + constant);
        }
        return adder;
    }

    Map<E, Long> snapshot() {
        Map<E, Long> counts = new EnumMap<>(type);
        adders.forEach((constant, adder) -> counts.put(constant, adder.sum()));
        return counts;
    }
}
