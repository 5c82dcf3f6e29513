package dev.turnout.core.io;

import dev.turnout.core.LinkState;

/**
 * What rtnetlink says about an interface.
 *
 * @param index its index; another one under the same name is another interface
 * @param name its name
 * @param flags IFF_* flags
 * @param mtu its MTU
 * @param mac its Ethernet address in the low 48 bits, 0 where it has none
 */
public record LinkInfo(int index, String name, int flags, int mtu, long mac) {
    /** The state as ports report it. */
    public LinkState toState(long speedMbps) {
        return new LinkState(true, (flags & Linux.IFF_UP) != 0, (flags & Linux.IFF_LOWER_UP) != 0, mac, mtu, speedMbps);
    }

    /** The state of an interface that is not there. */
    public static LinkState absent() {
        return new LinkState(false, false, false, 0, 0, 0);
    }
}
