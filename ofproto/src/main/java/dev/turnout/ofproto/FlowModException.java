package dev.turnout.ofproto;

import dev.turnout.openflow.OfError;

/** A flow-mod or packet-out that is refused: OpenFlow's error and a line that names the culprit. */
public final class FlowModException extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final OfError error;
    private final String culprit;

    public FlowModException(OfError error, String message) {
        super(message, null, false, false);
        this.error = error;
        culprit = message;
    }

    /** The line, without the error's name. */
    public String culprit() {
        return culprit;
    }

    public OfError error() {
        return error;
    }
}
