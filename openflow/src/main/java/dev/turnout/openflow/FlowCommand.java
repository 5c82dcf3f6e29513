package dev.turnout.openflow;

/** What a flow-mod does. */
public enum FlowCommand {
    /** Adds a flow, or replaces the one with the same match and priority. */
    ADD("ADD", "add"),
    /** Changes the actions of all flows that the match covers; adds one if there is none. */
    MODIFY("MOD", "modify"),
    /** Changes the actions of the one flow with this match and priority; adds it if there is none. */
    MODIFY_STRICT("MOD_STRICT", "modify_strict"),
    /** Deletes all flows that the match covers. */
    DELETE("DEL", "delete"),
    /** Deletes the one flow with this match and priority. */
    DELETE_STRICT("DEL_STRICT", "delete_strict");

    private final String label;
    private final String keyword;

    FlowCommand(String label, String keyword) {
        this.label = label;
        this.keyword = keyword;
    }

    /** How messages are printed: {@code ADD}, {@code MOD}, {@code DEL_STRICT}. */
    public String label() {
        return label;
    }

    /** How it is written before a flow in a file of flow-mods: {@code add}, {@code modify}. */
    public String keyword() {
        return keyword;
    }

    public boolean isStrict() {
        return this == MODIFY_STRICT || this == DELETE_STRICT;
    }

    public boolean isDelete() {
        return this == DELETE || this == DELETE_STRICT;
    }
}
