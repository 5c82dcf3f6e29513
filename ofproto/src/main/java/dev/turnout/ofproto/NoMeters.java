package dev.turnout.ofproto;

import dev.turnout.flow.DpMeter;
import dev.turnout.flow.DpMeters;

/** A datapath that can have no meters. */
enum NoMeters implements DpMeters {
    INSTANCE;

    @Override
    public int add(DpMeter meter) {
        return 0;
    }

    @Override
    public void replace(int number, DpMeter meter) {
        throw new IllegalArgumentException("there is no datapath meter " + number);
    }

    @Override
    public void remove(int number) {
        throw new IllegalArgumentException("there is no datapath meter " + number);
    }

    @Override
    public long[] read(int number) {
        return new long[2 + 2 * DpMeter.MAX_BANDS];
    }
}
