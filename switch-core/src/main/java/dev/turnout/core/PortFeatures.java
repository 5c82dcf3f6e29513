package dev.turnout.core;

/**
 * What a port can do.
 *
 * @param vnetHeader
 *            whether frames carry a virtio-net header: unfinished checksums and segments of up to 64 KB pass through
 * @param maxFrameLength
 *            longest frame, Ethernet header and VLAN tags included, that may be handed to a transmitter without a
 *            segmentation request in its virtio-net header; a longer one is dropped and counted
 */
public record PortFeatures(boolean vnetHeader, int maxFrameLength) {
    /** No virtio-net header, frames of up to 64 KB: ports that live in memory. */
    public static final PortFeatures PLAIN = new PortFeatures(false, 65_535);
}
