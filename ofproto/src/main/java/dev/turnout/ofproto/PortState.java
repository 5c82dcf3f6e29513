package dev.turnout.ofproto;

/**
 * What is known of a port's interface, for those who ask ({@code ofctl show}); the translation does not depend on it.
 *
 * @param adminUp
 *            whether it is configured up
 * @param linkUp
 *            whether it has carrier
 * @param mac
 *            its address, low 48 bits
 * @param mtu
 *            largest payload in bytes, 0 if unknown
 * @param speedMbps
 *            current speed, 0 if unknown
 */
public record PortState(boolean adminUp, boolean linkUp, long mac, int mtu, long speedMbps) {
    /** Up, nothing else known. */
    public static final PortState UP = new PortState(true, true, 0, 0, 0);
}
