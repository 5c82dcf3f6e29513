package dev.turnout.ofctl;

/**
 * Ends a command: one line for the user and an exit code. It has no stack trace, since it is an answer and not a fault of
 * the program.
 */
public final class CliException extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final int exitCode;

    /** A failure with exit code 1. */
    public CliException(String message) {
        this(message, 1);
    }

    /** A failure, or, with an empty message, a silent end with this exit code. */
    public CliException(String message, int exitCode) {
        super(message, null, false, false);
        this.exitCode = exitCode;
    }

    public int exitCode() {
        return exitCode;
    }

    /** The message, always there. */
    public String text() {
        return String.valueOf(getMessage());
    }
}
