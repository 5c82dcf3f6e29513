package dev.turnout.ofproto;

import dev.turnout.flow.FlowKey;

/**
 * What a translation starts from.
 *
 * @param key
 *            the packet's key as the datapath extracted it ({@code in_port} is the datapath port); not changed, not kept
 * @param frameLength
 *            bytes of the frame
 * @param tcpFlags
 *            TCP flags seen, 0 if none
 * @param sideEffects
 *            whether the translation may have effects (MAC learning): true for an upcall, false for a revalidation
 * @param nowNs
 *            the time, on the clock of {@link Ofproto}
 */
public record XlateIn(FlowKey key, int frameLength, int tcpFlags, boolean sideEffects, long nowNs) {
}
