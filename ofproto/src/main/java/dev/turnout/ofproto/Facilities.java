package dev.turnout.ofproto;

/**
 * What the actions of a bridge's flows may use beside its flows, groups and ports.
 *
 * @param meters
 *            the bridge's
 * @param datapath
 *            what the datapath can do
 */
record Facilities(MeterTable meters, DatapathSupport datapath) {
}
