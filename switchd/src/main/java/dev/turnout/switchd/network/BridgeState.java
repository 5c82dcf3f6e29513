package dev.turnout.switchd.network;

/**
 * A bridge as it is now.
 *
 * @param datapathId
 *            16 hex digits, empty if the bridge is not at work
 * @param tables
 *            OpenFlow tables
 * @param flows
 *            flows in all of them
 */
public record BridgeState(String datapathId, int tables, long flows) {
    /** Of a bridge that is not at work yet. */
    public static final BridgeState NONE = new BridgeState("", 0, 0);
}
