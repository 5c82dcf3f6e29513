package dev.turnout.ofproto;

/**
 * A bridge's port. Immutable: a change is a new one, by {@link Bridge#updatePort}.
 *
 * @param name
 *            unique within the switch
 * @param type
 *            {@code system}, {@code internal}, {@code tap}, {@code patch}, {@code memory}, {@code pcap}
 * @param dpPort
 *            datapath port number, or {@link #NO_DP_PORT} for a patch port and for a port whose interface is away
 * @param ofPort
 *            OpenFlow port number: 1 to 0xfeff, or {@code OfPorts.LOCAL}; 0 in a request: the bridge chooses
 * @param peer
 *            a patch port's peer, by name, else ""
 * @param vlan
 *            how it takes part in VLANs
 * @param state
 *            of its interface
 */
public record PortInfo(String name, String type, int dpPort, int ofPort, String peer, PortVlan vlan, PortState state) {
    /** {@code dpPort} of a port that is not in the datapath. */
    public static final int NO_DP_PORT = -1;

    /** A port in the datapath, up, trunk of all VLANs. */
    public static PortInfo of(String name, String type, int dpPort, int ofPort) {
        return new PortInfo(name, type, dpPort, ofPort, "", PortVlan.TRUNK_ALL, PortState.UP);
    }

    /** A patch port. */
    public static PortInfo patch(String name, String peer, int ofPort) {
        return new PortInfo(name, "patch", NO_DP_PORT, ofPort, peer, PortVlan.TRUNK_ALL, PortState.UP);
    }

    public boolean isPatch() {
        return type.equals("patch");
    }

    public PortInfo withOfPort(int number) {
        return new PortInfo(name, type, dpPort, number, peer, vlan, state);
    }

    public PortInfo withVlan(PortVlan other) {
        return new PortInfo(name, type, dpPort, ofPort, peer, other, state);
    }

    public PortInfo withState(PortState other) {
        return new PortInfo(name, type, dpPort, ofPort, peer, vlan, other);
    }
}
