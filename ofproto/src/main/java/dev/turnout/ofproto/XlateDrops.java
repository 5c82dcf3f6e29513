package dev.turnout.ofproto;

import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.atomic.LongAdder;

/** How many packets translations dropped without a flow having said so, by reason. Revalidations don't count. Thread rules: any thread. */
final class XlateDrops {
    private final Map<XlateDrop, LongAdder> counts = new EnumMap<>(XlateDrop.class);

    XlateDrops() {
        for (XlateDrop reason : XlateDrop.values()) {
            counts.put(reason, new LongAdder());
        }
    }

    void add(XlateDrop reason) {
        LongAdder count = counts.get(reason);
        if (count != null && reason != XlateDrop.NONE) {
            count.increment();
        }
    }

    Map<XlateDrop, Long> read() {
        Map<XlateDrop, Long> read = new EnumMap<>(XlateDrop.class);
        counts.forEach((reason, count) -> {
            if (reason != XlateDrop.NONE) {
                read.put(reason, count.sum());
            }
        });
        return read;
    }
}
