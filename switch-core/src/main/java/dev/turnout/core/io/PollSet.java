package dev.turnout.core.io;

import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.List;

import dev.turnout.packet.Memory;

/**
 * The descriptors of one forwarding thread as an array for {@code ppoll}, with an eventfd in front by which other threads end a sleep.
 *
 * <p>Behind it come those whose readers ask {@link Watch#ready} (a system call per attempt), then those that only end a sleep (what their readers
 * look at is memory). A thread that is awake asks for the former only: in every cycle while one of them gave something within the last
 * {@value #RECENT_NANOS} ns, else once in {@value #LOOK_NANOS} ns. So a port that is silent, such as a bridge's own, costs the others no system
 * call per cycle, and a packet on it waits no longer than that.
 *
 * <p>Thread rules: one owner thread, except {@link #interrupt}.
 */
final class PollSet {
    private static final int POLLFD_SIZE = 8;
    private static final int EVENTS = 4;
    private static final int REVENTS = 6;
    private static final int MAX_WATCHES = 1024;
    /** For so long after something came a descriptor is looked at in every cycle: longer than the pauses of most exchanges. */
    static final long RECENT_NANOS = 10_000_000;
    /** How often the others are. */
    static final long LOOK_NANOS = 20_000;
    /** So many descriptors or fewer are just read: trying costs no more than asking. */
    static final int FEW = 2;

    private final Arena arena = Arena.ofShared();
    private final long descriptors = arena.allocate((MAX_WATCHES + 1L) * POLLFD_SIZE, 8).address();
    private final long zero = arena.allocate(16, 8).address();
    private final long timeout = arena.allocate(16, 8).address();
    private final long counter = arena.allocate(8, 8).address();
    private final long one = arena.allocate(8, 8).address();
    /** Those whose readers ask first: {@link #asked} of them. */
    private final List<Watch> watches = new ArrayList<>();
    private int asked;
    private long lookedNs;
    /** The sleep that ended a moment ago said what is ready. */
    private boolean fresh;
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

    /**
     * Adds a descriptor.
     *
     * @param asks
     *            whether its reader asks {@link Watch#ready}
     */
    Watch add(int fd, boolean asks) {
        if (watches.size() == MAX_WATCHES) {
            throw new IllegalStateException("more than " + MAX_WATCHES + " descriptors on one forwarding thread");
        }
        Watch watch = new Watch(fd, System.nanoTime());
        watches.add(asks ? asked++ : watches.size(), watch);
        arrange();
        return watch;
    }

    void remove(Watch watch) {
        int at = watches.indexOf(watch);
        if (at < 0) {
            return;
        }
        if (at < asked) {
            asked--;
        }
        watches.remove(at);
        arrange();
    }

    private void arrange() {
        for (int i = 0; i < watches.size(); i++) {
            put(i + 1, watches.get(i).fd());
            watches.get(i).setReady(true);
        }
        fresh = false;
        lookSoon();
    }

    List<Watch> watches() {
        return watches;
    }

    /** Whether there is anything to {@link #refresh}. */
    boolean isAsked() {
        return asked > 0;
    }

    /** The next {@link #refresh} looks at all. */
    void lookSoon() {
        lookedNs = System.nanoTime() - LOOK_NANOS;
    }

    /** Learns which descriptors are worth reading, without sleeping. */
    void refresh(long nowNs) {
        boolean all = nowNs - lookedNs >= LOOK_NANOS;
        if (all || fresh) {
            lookedNs = nowNs;
        }
        boolean some = false;
        for (int i = 0; i < asked; i++) {
            Watch watch = watches.get(i);
            boolean recent = watch.isRecent(nowNs); // asked in any case: it notes what was given
            boolean worth = all || recent;
            some |= worth;
            if (!fresh) {
                watch.setReady(worth);
            }
        }
        if (some && !fresh && asked > FEW
                && SystemCalls.ofThread().ppoll(descriptors + POLLFD_SIZE, asked, zero) >= 0) {
            spread(asked);
        }
        fresh = false;
    }

    private void spread(int count) {
        for (int i = 0; i < count; i++) {
            watches.get(i).setEvents(Memory.getShortNative(descriptors + (i + 1L) * POLLFD_SIZE + REVENTS));
        }
    }

    void sleep(long maxNanos) {
        Memory.putLongNative(timeout, maxNanos / 1_000_000_000);
        Memory.putLongNative(timeout + 8, maxNanos % 1_000_000_000);
        fresh = SystemCalls.ofThread().ppoll(descriptors, watches.size() + 1, timeout) >= 0;
        if (fresh) {
            spread(watches.size());
        } else {
            lookSoon();
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
