package dev.turnout.flow;

/**
 * The datapath's meters, as the OpenFlow side sees them; {@link DpAction.Meter} names them by number.
 *
 * <p>Thread rules: any thread.
 */
public interface DpMeters {
    /**
     * Makes a meter, its bands' buckets full and its counters zero.
     *
     * @return its number, from 1; or 0 if there are as many as there can be
     */
    int add(DpMeter meter);

    /** Replaces a meter: buckets full, counters zero. */
    void replace(int number, DpMeter meter);

    /** Removes a meter. No megaflow may name it any more: its number may be given again. */
    void remove(int number);

    /**
     * What a meter has counted.
     *
     * @return packets, bytes; then for each band packets and bytes that it dropped. All zero where there is no such meter.
     */
    long[] read(int number);
}
