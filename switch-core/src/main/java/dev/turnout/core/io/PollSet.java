package dev.turnout.core.io;

import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.List;

import dev.turnout.packet.Memory;

/**
 * The descriptors of one forwarding thread as an array for {@code ppoll}, with an eventfd in front by which other threads end a sleep.
 *
 * <p>Thread rules: one owner thread, except {@link #interrupt}.
 */
final class PollSet {
    private static final int POLLFD_SIZE = 8;
    private static final int EVENTS = 4;
    private static final int REVENTS = 6;
    private static final int MAX_WATCHES = 1024;

    private final Arena arena = Arena.ofShared();
    private final long descriptors = arena.allocate((MAX_WATCHES + 1L) * POLLFD_SIZE, 8).address();
    private final long zero = arena.allocate(16, 8).address();
    private final long timeout = arena.allocate(16, 8).address();
    private final long counter = arena.allocate(8, 8).address();
    private final long one = arena.allocate(8, 8).address();
    private final List<Watch> watches = new ArrayList<>();
    private final int eventFd;

    PollSet() throws SystemCallException {
        eventFd = (int) SystemCalls.check(SystemCalls.ofThread().eventfd(0, Linux.EFD_NONBLOCK | Linux.EFD_CLOEXEC),
                "eventfd");
        Memory.putLongNative(one, 1);
        put(0, eventFd);
    }

    private void put(int slot, int fd) {
        Memory.putIntNative(descriptors + (long) slot * POLLFD_SIZE, fd);
        Memory.putShortNative(descriptors + (long) slot * POLLFD_SIZE + EVENTS, Linux.POLLIN);
    }

    Watch add(int fd) {
        if (watches.size() == MAX_WATCHES) {
            throw new IllegalStateException("more than " + MAX_WATCHES + " descriptors on one forwarding thread");
        }
        Watch watch = new Watch(fd);
        watches.add(watch);
        put(watches.size(), fd);
        return watch;
    }

    void remove(Watch watch) {
        watches.remove(watch);
        for (int i = 0; i < watches.size(); i++) {
            put(i + 1, watches.get(i).fd());
            watches.get(i).setReady(true);
        }
    }

    List<Watch> watches() {
        return watches;
    }

    /** Learns which descriptors are ready, without sleeping. */
    void refresh() {
        if (SystemCalls.ofThread().ppoll(descriptors + POLLFD_SIZE, watches.size(), zero) >= 0) {
            spread();
        }
    }

    private void spread() {
        for (int i = 0; i < watches.size(); i++) {
            watches.get(i).setEvents(Memory.getShortNative(descriptors + (i + 1L) * POLLFD_SIZE + REVENTS));
        }
    }

    void sleep(long maxNanos) {
        Memory.putLongNative(timeout, maxNanos / 1_000_000_000);
        Memory.putLongNative(timeout + 8, maxNanos % 1_000_000_000);
        if (SystemCalls.ofThread().ppoll(descriptors, watches.size() + 1, timeout) > 0) {
            spread();
            if (watches.size() <= ThreadIo.FEW) {
                watches.forEach(watch -> watch.setReady(true));
            }
        }
    }

    /** Takes back what {@link #interrupt} wrote. */
    void drain() {
        SystemCalls.ofThread().read(eventFd, counter, 8);
    }

    /** Ends the owner's sleep, or its next one. Any thread. */
    void interrupt() {
        SystemCalls.ofThread().write(eventFd, one, 8);
    }

    void close() {
        SystemCalls.ofThread().close(eventFd);
        arena.close();
    }
}
