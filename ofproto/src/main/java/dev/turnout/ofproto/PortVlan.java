package dev.turnout.ofproto;

import java.util.Set;

/**
 * How a port takes part in VLANs: the {@code vlan_mode}, {@code tag} and {@code trunks} columns of the configuration. Only the NORMAL action
 * heeds it.
 *
 * @param mode
 *            the mode
 * @param tag
 *            an access port's VLAN, or the native VLAN; 0 to 4095
 * @param trunks
 *            the VLANs that a trunk carries; empty: all. A native VLAN is always carried, unless it is 0
 */
public record PortVlan(Mode mode, int tag, Set<Integer> trunks) {
    /** A trunk of all VLANs: a port without configuration. */
    public static final PortVlan TRUNK_ALL = new PortVlan(Mode.TRUNK, 0, Set.of());

    /** {@code vlan_mode}. */
    public enum Mode {
        /** Untagged frames of one VLAN. */
        ACCESS,
        /** Tagged frames of several VLANs; untagged frames are VLAN 0. */
        TRUNK,
        /** A trunk whose untagged frames belong to the native VLAN; that VLAN's frames leave tagged. */
        NATIVE_TAGGED,
        /** A trunk whose untagged frames belong to the native VLAN; that VLAN's frames leave untagged. */
        NATIVE_UNTAGGED
    }

    public PortVlan {
        trunks = Set.copyOf(trunks);
        if (tag < 0 || tag > 4095) {
            throw new IllegalArgumentException("tag " + tag + " is not in 0..4095");
        }
        for (int vlan : trunks) {
            if (vlan < 0 || vlan > 4095) {
                throw new IllegalArgumentException("trunk " + vlan + " is not in 0..4095");
            }
        }
    }

    /** An access port. */
    public static PortVlan access(int vlan) {
        return new PortVlan(Mode.ACCESS, vlan, Set.of());
    }

    /** Whether frames of the VLAN may go out, those without a VLAN being of VLAN 0: a port with a native VLAN never sends those. */
    public boolean carries(int vlan) {
        return switch (mode) {
            case ACCESS -> vlan == tag;
            case TRUNK -> isTrunk(vlan);
            case NATIVE_TAGGED, NATIVE_UNTAGGED -> vlan != 0 && (vlan == tag || isTrunk(vlan));
        };
    }

    /** Whether a frame with this VLAN id, 0 for none, may come in. */
    public boolean admits(int vid) {
        return switch (mode) {
            case ACCESS -> vid == 0;
            case TRUNK -> isTrunk(vid);
            case NATIVE_TAGGED, NATIVE_UNTAGGED -> vid == 0 || vid == tag || isTrunk(vid);
        };
    }

    /** The VLAN of an admitted frame with this VLAN id, 0 for none. */
    public int vlanOf(int vid) {
        return switch (mode) {
            case ACCESS -> tag;
            case TRUNK -> vid;
            case NATIVE_TAGGED, NATIVE_UNTAGGED -> vid == 0 ? tag : vid;
        };
    }

    /** Whether frames of the VLAN leave without a tag. */
    public boolean untags(int vlan) {
        return mode == Mode.ACCESS || (mode == Mode.NATIVE_UNTAGGED && vlan == tag);
    }

    private boolean isTrunk(int vlan) {
        return trunks.isEmpty() || trunks.contains(vlan);
    }
}
