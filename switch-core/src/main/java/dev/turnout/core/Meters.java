package dev.turnout.core;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.Arrays;
import java.util.function.LongSupplier;

import dev.turnout.flow.DpMeter;
import dev.turnout.flow.DpMeters;
import org.jspecify.annotations.Nullable;

/**
 * The meters of a datapath, by number.
 *
 * <p>Thread rules: changes exclude each other (this object's lock). Forwarding threads {@link #get} meters without one, from
 * an array that grows by replacement; they see a change at their next group of packets.
 */
public final class Meters implements DpMeters {
    /** Most meters. */
    public static final int MAX_METERS = 262_144;

    private static final VarHandle TABLE;
    private static final VarHandle SLOT = MethodHandles.arrayElementVarHandle(Meter[].class);

    static {
        try {
            TABLE = MethodHandles.lookup().findVarHandle(Meters.class, "table", Meter[].class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private final int threads;
    private final LongSupplier clock;
    /** By number, 0 is not used; through TABLE, its elements through SLOT. */
    private @Nullable Meter[] table = new @Nullable Meter[64];
    /** Numbers below it were given at least once; guarded by this, as are the next two. */
    private int limit = 1;
    private int[] free = new int[16];
    private int freeCount;

    Meters(int threads, LongSupplier clock) {
        this.threads = threads;
        this.clock = clock;
    }

    /** The meter of a number, or null. Forwarding threads. */
    @Nullable
    Meter get(int number) {
        Meter[] now = (Meter[]) TABLE.getAcquire(this);
        return number > 0 && number < now.length ? (Meter) SLOT.getAcquire(now, number) : null;
    }

    @Override
    public synchronized int add(DpMeter meter) {
        int number;
        if (freeCount > 0) {
            number = free[--freeCount];
        } else if (limit <= MAX_METERS) {
            number = limit++;
            if (number == table.length) {
                TABLE.setRelease(this, Arrays.copyOf(table, Math.min(table.length * 2, MAX_METERS + 1)));
            }
        } else {
            return 0;
        }
        set(number, new Meter(meter, threads, clock.getAsLong()));
        return number;
    }

    @Override
    public synchronized void replace(int number, DpMeter meter) {
        if (get(number) == null) {
            throw new IllegalArgumentException("there is no datapath meter " + number);
        }
        set(number, new Meter(meter, threads, clock.getAsLong()));
    }

    @Override
    public synchronized void remove(int number) {
        if (get(number) == null) {
            throw new IllegalArgumentException("there is no datapath meter " + number);
        }
        set(number, null);
        if (freeCount == free.length) {
            free = Arrays.copyOf(free, free.length * 2);
        }
        free[freeCount++] = number;
    }

    @Override
    public long[] read(int number) {
        Meter meter = get(number);
        return meter == null ? new long[2 + 2 * DpMeter.MAX_BANDS] : meter.read();
    }

    /** How many there are. */
    public synchronized int size() {
        return limit - 1 - freeCount;
    }

    private void set(int number, @Nullable Meter meter) {
        SLOT.setRelease(table, number, meter);
    }
}
