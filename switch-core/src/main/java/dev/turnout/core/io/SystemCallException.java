package dev.turnout.core.io;

import java.io.IOException;

/** A system call of the control side failed. The message names the call, the error and, where it is known, what would mend it. */
public final class SystemCallException extends IOException {
    private static final long serialVersionUID = 1;

    private final int errno;

    /**
     * @param call the call and what it was about, as {@code bind(veth0)}
     * @param errno the positive error number
     * @param hint what is missing, or the empty string
     */
    public SystemCallException(String call, int errno, String hint) {
        super(call + ": " + Errno.name(errno) + (hint.isEmpty() ? "" : " (" + hint + ")"));
        this.errno = errno;
    }

    public int errno() {
        return errno;
    }
}
