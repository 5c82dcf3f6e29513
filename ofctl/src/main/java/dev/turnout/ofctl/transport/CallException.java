package dev.turnout.ofctl.transport;

/** A call that failed: the switch's refusal, or no way to the switch. No stack trace; the message is for the user. */
public final class CallException extends RuntimeException {
    private static final long serialVersionUID = 1;

    /** Status codes of gRPC that commands tell apart. */
    public static final int NOT_FOUND = 5;
    /** The call was cut off. */
    public static final int UNAVAILABLE = 14;

    private final int code;

    public CallException(int code, String message) {
        super(message, null, false, false);
        this.code = code;
    }

    /** A canonical gRPC status code, not 0. */
    public int code() {
        return code;
    }

    /** The message, always there. */
    public String text() {
        return String.valueOf(getMessage());
    }
}
