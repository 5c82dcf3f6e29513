package dev.turnout.ofproto;

/** Why a translation drops a packet without a flow having said so. */
public enum XlateDrop {
    NONE(""),
    /** The datapath port belongs to no bridge. */
    NO_BRIDGE("the port belongs to no bridge"),
    /** No state is known for the recirculation id. */
    NO_RECIRC("unknown recirculation id"),
    /** Resubmits, groups and patch ports within each other. */
    TOO_DEEP("over max translation depth 64"), TOO_MANY_RESUBMITS("over 4096 resubmit actions"), ACTIONS_TOO_LONG(
            "resubmits yielded over 64 kB of actions"),
    /** Clones and other actions with nested datapath actions within each other. */
    NESTED_TOO_DEEP("datapath actions nested over 16 deep");

    private final String meaning;

    XlateDrop(String meaning) {
        this.meaning = meaning;
    }

    /** In a few words. */
    public String meaning() {
        return meaning;
    }
}
