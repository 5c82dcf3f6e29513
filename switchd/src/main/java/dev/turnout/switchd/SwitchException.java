package dev.turnout.switchd;

/**
 * A request that the switch refuses: one line that names the offending token and what was expected. Nothing was changed.
 */
public final class SwitchException extends RuntimeException {
    private static final long serialVersionUID = 1;

    /** What kind of refusal it is. */
    public enum Kind {
        /** A wrong value. */
        INVALID,
        /** No such bridge, port, table, command. */
        NOT_FOUND,
        /** It is there already. */
        EXISTS,
        /** Known, but not supported. */
        UNSUPPORTED,
        /** Not as things are now. */
        PRECONDITION,
        /** A limit is reached. */
        LIMIT
    }

    private final Kind kind;

    public SwitchException(Kind kind, String message) {
        super(message);
        this.kind = kind;
    }

    public SwitchException(Kind kind, String message, Throwable cause) {
        super(message, cause);
        this.kind = kind;
    }

    /** A wrong value. */
    public static SwitchException invalid(String message) {
        return new SwitchException(Kind.INVALID, message);
    }

    /** Something that is not there. */
    public static SwitchException notFound(String message) {
        return new SwitchException(Kind.NOT_FOUND, message);
    }

    public Kind kind() {
        return kind;
    }

    /** The message; never null. */
    @Override
    public String getMessage() {
        return String.valueOf(super.getMessage());
    }
}
