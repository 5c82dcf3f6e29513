package dev.turnout.ofctl.flows;

import dev.turnout.openflow.FlowMod;

/**
 * A flow of a file or a bridge that is compared with others.
 *
 * @param origin
 *            {@code FILE:LINE}, or a bridge's name
 * @param mod
 *            the flow, as an addition
 */
record FlowLine(String origin, FlowMod mod) {
    /** A message about this flow. */
    String located(String message) {
        return origin + ": " + message;
    }
}
