package dev.turnout.ofproto;

import java.util.Locale;

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
    NESTED_TOO_DEEP("datapath actions nested over 16 deep"),
    /** Values pushed on the stack and not popped. */
    STACK_TOO_DEEP("over 4096 values on the stack"),
    /** A label pushed on three others, or popped from a stack of which the key shows only a part. */
    TOO_MANY_LABELS("over 3 MPLS labels");

    private final String meaning;

    XlateDrop(String meaning) {
        this.meaning = meaning;
    }

    /** The reason's name in metrics and texts. */
    public String text() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /** In a few words. */
    public String meaning() {
        return meaning;
    }
}
