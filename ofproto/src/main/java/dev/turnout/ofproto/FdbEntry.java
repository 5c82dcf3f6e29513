package dev.turnout.ofproto;

/**
 * A learned MAC address.
 *
 * @param ofPort
 *            the port that it was learned on
 * @param vlan
 *            the VLAN
 * @param mac
 *            low 48 bits
 * @param ageSeconds
 *            since it was last seen
 */
public record FdbEntry(int ofPort, int vlan, long mac, int ageSeconds) {
}
