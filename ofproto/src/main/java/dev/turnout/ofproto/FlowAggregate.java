package dev.turnout.ofproto;

/** Sums over flows. */
public record FlowAggregate(long packets, long bytes, long flows) {
}
