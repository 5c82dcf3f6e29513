package dev.turnout.openflow;

/** How a group chooses among its buckets. */
public enum GroupType {
    /** Every bucket gets a copy of the packet. */
    ALL("all"),
    /** One live bucket, by a hash of the packet and by weight. */
    SELECT("select"),
    /** The one bucket there is. */
    INDIRECT("indirect"),
    /** The first live bucket. */
    FAST_FAILOVER("ff");

    private final String keyword;

    GroupType(String keyword) {
        this.keyword = keyword;
    }

    /** The type as it is printed. */
    public String keyword() {
        return keyword;
    }
}
