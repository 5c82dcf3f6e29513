package dev.turnout.core;

/**
 * The state of a port's interface at one moment.
 *
 * @param present
 *            whether the interface is there; one that vanished may come back under the same name, then the datapath
 *            opens its receiver and transmitters again
 * @param adminUp
 *            whether it is set up
 * @param linkUp
 *            whether it has a carrier
 * @param mac
 *            Ethernet address in the low 48 bits
 * @param mtu
 *            largest layer-3 packet in bytes
 * @param speedMbps
 *            link speed, 0 where there is none
 */
public record LinkState(boolean present, boolean adminUp, boolean linkUp, long mac, int mtu, long speedMbps) {
    /** Up, with this address and the usual MTU; for ports that live in memory. */
    public static LinkState up(long mac) {
        return new LinkState(true, true, true, mac, 1500, 0);
    }

    /** Whether packets can pass. */
    public boolean isForwarding() { return present && adminUp && linkUp; }
}
