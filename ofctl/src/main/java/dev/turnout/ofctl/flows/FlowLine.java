package dev.turnout.ofctl.flows;

import dev.turnout.openflow.FlowCommand;
import dev.turnout.openflow.FlowMod;
import dev.turnout.v1.FlowUpdate;

/**
 * A flow as the user wrote it, and what it was understood as.
 *
 * @param origin
 *            {@code FILE:LINE}, or empty for a flow on the command line
 * @param text
 *            the flow, without a command before it
 * @param mod
 *            its meaning
 */
record FlowLine(String origin, String text, FlowMod mod) {
    /** The update to send. The switch reads the same text with the same parser. */
    FlowUpdate update() {
        return FlowUpdate.newBuilder().setCommand(command(mod.command())).setText(text).build();
    }

    /** A message about this flow. */
    String located(String message) {
        return origin.isEmpty() ? message : origin + ": " + message;
    }

    private static FlowUpdate.Command command(FlowCommand command) {
        return switch (command) {
            case ADD -> FlowUpdate.Command.ADD;
            case MODIFY -> FlowUpdate.Command.MODIFY;
            case MODIFY_STRICT -> FlowUpdate.Command.MODIFY_STRICT;
            case DELETE -> FlowUpdate.Command.DELETE;
            case DELETE_STRICT -> FlowUpdate.Command.DELETE_STRICT;
        };
    }
}
