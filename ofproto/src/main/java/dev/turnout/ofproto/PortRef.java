package dev.turnout.ofproto;

/** A port and the bridge that it belongs to. */
public record PortRef(Bridge bridge, PortInfo port) {
}
