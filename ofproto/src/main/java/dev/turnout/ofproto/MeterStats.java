package dev.turnout.ofproto;

import java.util.List;

/**
 * What a meter has counted.
 *
 * @param id
 *            the meter
 * @param flows
 *            how many flows refer to it
 * @param packets
 *            packets that it has seen, as they are on the wire
 * @param bytes
 *            their bytes
 * @param durationNs
 *            since it was added
 * @param bands
 *            what each band dropped
 */
public record MeterStats(int id, int flows, long packets, long bytes, long durationNs, List<Band> bands) {
    /** Packets and bytes that a band dropped. */
    public record Band(long packets, long bytes) {
    }

    public MeterStats {
        bands = List.copyOf(bands);
    }
}
