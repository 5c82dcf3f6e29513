package dev.turnout.ofproto;

import java.util.TreeMap;

import dev.turnout.flow.DpMeter;
import dev.turnout.flow.DpMeters;

/** Datapath meters that only note what they were told; at most {@code limit}. */
final class FakeMeters implements DpMeters {
    final TreeMap<Integer, DpMeter> meters = new TreeMap<>();
    int limit = 1000;
    int replaced;

    @Override
    public synchronized int add(DpMeter meter) {
        if (meters.size() == limit) {
            return 0;
        }
        int number = 1;
        while (meters.containsKey(number)) {
            number++;
        }
        meters.put(number, meter);
        return number;
    }

    @Override
    public synchronized void replace(int number, DpMeter meter) {
        if (meters.replace(number, meter) == null) {
            throw new IllegalArgumentException("no meter " + number);
        }
        replaced++;
    }

    @Override
    public synchronized void remove(int number) {
        if (meters.remove(number) == null) {
            throw new IllegalArgumentException("no meter " + number);
        }
    }

    @Override
    public long[] read(int number) {
        return new long[]{7, 700, 3, 300, 2, 200};
    }
}
