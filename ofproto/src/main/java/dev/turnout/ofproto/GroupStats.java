package dev.turnout.ofproto;

import java.util.List;

/**
 * A group's counters.
 *
 * @param group
 *            its number, unsigned
 * @param references
 *            flows and groups that lead to it
 * @param packets
 *            that went to one of its buckets
 * @param bytes
 *            their bytes
 * @param durationNs
 *            since it was added
 * @param buckets
 *            of each bucket, in the group's order
 */
public record GroupStats(int group, int references, long packets, long bytes, long durationNs, List<Bucket> buckets) {
    /** A bucket's counters. */
    public record Bucket(long packets, long bytes) {
    }

    public GroupStats {
        buckets = List.copyOf(buckets);
    }
}
