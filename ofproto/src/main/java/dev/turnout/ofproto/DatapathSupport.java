package dev.turnout.ofproto;

/**
 * What the datapath can do, where datapaths differ. A flow that needs more is refused when it is added.
 *
 * @param conntrack
 *            whether it executes {@code ct} and {@code ct_clear}
 */
public record DatapathSupport(boolean conntrack) {
    /** No connection tracking. */
    public static final DatapathSupport BASIC = new DatapathSupport(false);
}
