package dev.turnout.openflow;

import org.jspecify.annotations.Nullable;

/**
 * A flow text that cannot be understood or that OpenFlow forbids. The message is one line and names the token. It has no
 * stack trace: it is an answer to a user, and a batch may hold thousands.
 */
public final class FlowSyntaxException extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final @Nullable OfError error;

    public FlowSyntaxException(String message) {
        this(message, null);
    }

    /** A text that parses, but that OpenFlow refuses with this error. */
    public FlowSyntaxException(String message, @Nullable OfError error) {
        super(message, null, false, false);
        this.error = error;
    }

    /** The OpenFlow error, where there is one. */
    public @Nullable OfError error() {
        return error;
    }

    /** The message, always there. */
    public String text() {
        return String.valueOf(getMessage());
    }
}
