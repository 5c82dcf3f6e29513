package dev.turnout.core.io;

import io.netty.channel.uring.IoUringIoOps;
import org.jspecify.annotations.Nullable;

/**
 * A descriptor that a forwarding thread watches.
 *
 * <p>Thread rules: belongs to the forwarding thread of its back end.
 */
public final class Watch {
    private final int fd;
    private boolean ready = true;
    private boolean used;
    private long usedNs;
    private boolean error;
    private boolean armed;
    private @Nullable IoUringIoOps pollRequest;

    Watch(int fd, long nowNs) {
        this.fd = fd;
        usedNs = nowNs;
    }

    public int fd() {
        return fd;
    }

    /**
     * Whether to read: what the end of the last sleep or the last {@link ThreadIo#poll} said. Of a descriptor that gave nothing for a while it says
     * so only now and then.
     */
    public boolean ready() {
        return ready;
    }

    /** Says that reading gave something, so that it is tried more often. */
    public void gave() {
        used = true;
    }

    /** Whether it gave something within the last {@link PollSet#RECENT_NANOS}. */
    boolean isRecent(long nowNs) {
        if (used) {
            used = false;
            usedNs = nowNs;
        }
        return nowNs - usedNs < PollSet.RECENT_NANOS;
    }

    void setReady(boolean value) {
        ready = value;
    }

    /**
     * Whether the end of a sleep showed an error on the descriptor; asking resets it. Who reads by other means than the descriptor must take the error
     * off it, or no sleep would last.
     */
    public boolean takeError() {
        boolean was = error;
        error = false;
        return was;
    }

    void setEvents(int events) {
        ready = events != 0;
        error |= (events & Linux.POLLERR) != 0;
    }

    /** Whether a poll request for this descriptor is in the ring. */
    boolean armed() {
        return armed;
    }

    void setArmed(boolean value) {
        armed = value;
    }

    @Nullable
    IoUringIoOps pollRequest() {
        return pollRequest;
    }

    void setPollRequest(IoUringIoOps request) {
        pollRequest = request;
    }
}
