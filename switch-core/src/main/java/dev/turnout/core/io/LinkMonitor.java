package dev.turnout.core.io;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

import dev.turnout.core.LinkState;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Follows the interfaces of the network namespace in which it was made, over rtnetlink, on a thread of its own.
 *
 * <p>What counts is the name: an interface that is renamed vanishes under the old name and appears under the new one, and one that was deleted and made
 * again, however quickly, is reported absent first and then present, since whoever held a descriptor of the former must open another. When the kernel
 * could not queue a message (overrun), all interfaces are asked for again and compared with what was known.
 *
 * <p>Thread rules: every public method may be called by any thread. Listeners are called on the monitor's thread, one at a time, and must not block.
 * {@link #known} is confined to the monitor's thread; {@link #states} is what it publishes.
 */
public final class LinkMonitor implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(LinkMonitor.class);
    private static final long POLL_NANOS = 1_000_000_000;
    private static final long RETRY_NANOS = 10_000_000;
    /** Longest wait for the message about an interface that the kernel has already; it takes far less. */
    private static final long NEWS_MILLIS = 1_000;

    /** Told about an interface by name. */
    @FunctionalInterface
    public interface Listener {
        void linkChanged(String name, LinkState state);
    }

    private final ThreadIo io;
    private final Netlink netlink;
    private final EthernetTool tool;
    private final Thread thread;
    private final CountDownLatch firstDump = new CountDownLatch(1);
    private final Map<Integer, LinkInfo> known = new HashMap<>();
    private final Set<Integer> seenInDump = new HashSet<>();
    private final Map<String, LinkState> states = new ConcurrentHashMap<>();
    private final Map<String, List<Listener>> listeners = new ConcurrentHashMap<>();
    /** Notified after a change of {@link #states}. */
    private final Object published = new Object();
    private boolean dumping;
    /** The kernel refused the last dump (another was under way): nothing can be concluded from what it left out. */
    private boolean dumpRefused;
    private volatile boolean closed;

    /** Starts to listen; when the constructor returns, the present interfaces are known. */
    public LinkMonitor() throws SystemCallException {
        netlink = new Netlink();
        tool = new EthernetTool();
        io = new ThreadIo(ThreadIo.RingUse.NONE);
        io.watchAsleep(netlink.fd());
        dumping = true;
        netlink.requestDump();
        thread = new Thread(this::run, "link-monitor");
        thread.setDaemon(true);
        thread.start();
        try {
            firstDump.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /**
     * The state of an interface at this moment; an absent one is not present. An interface that was made a moment ago, so that the kernel has it and its
     * message has not been read yet, is waited for.
     */
    public LinkState state(String name) {
        LinkState state = states.get(name);
        if (state == null && !Thread.currentThread().equals(thread) && SystemCalls.ofThread().ifNameToIndex(name) > 0) {
            state = awaitState(name);
        }
        return state == null ? LinkInfo.absent() : state;
    }

    private @Nullable LinkState awaitState(String name) {
        long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(NEWS_MILLIS);
        try {
            synchronized (published) {
                while (!states.containsKey(name)) {
                    long left = TimeUnit.NANOSECONDS.toMillis(end - System.nanoTime());
                    if (left <= 0) {
                        break;
                    }
                    published.wait(left);
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        return states.get(name);
    }

    /** Hears of an interface from now on. */
    public void addListener(String name, Listener listener) {
        listeners.compute(name, (key, present) -> {
            List<Listener> list = present == null ? new CopyOnWriteArrayList<>() : present;
            list.add(listener);
            return list;
        });
    }

    public void removeListener(String name, Listener listener) {
        listeners.computeIfPresent(name, (key, list) -> {
            list.remove(listener);
            return list.isEmpty() ? null : list;
        });
    }

    private void run() {
        Handler handler = new Handler();
        while (!closed) {
            if (!netlink.read(handler)) {
                LOG.info("rtnetlink overran: asking for all interfaces again");
                redump();
            } else if (dumpRefused) {
                redump();
            }
            io.await(dumpRefused ? RETRY_NANOS : POLL_NANOS);
        }
        netlink.close();
        tool.close();
        io.close();
    }

    private void redump() {
        seenInDump.clear();
        dumping = true;
        dumpRefused = false;
        try {
            netlink.requestDump();
        } catch (SystemCallException e) {
            LOG.warn("cannot ask for the interfaces: {}", e.getMessage());
        }
    }

    private void update(LinkInfo link) {
        LinkInfo former = known.put(link.index(), link);
        if (former != null && !former.name().equals(link.name())) {
            forget(former);
        }
        for (LinkInfo other : new ArrayList<>(known.values())) {
            if (other.index() != link.index() && other.name().equals(link.name())) {
                known.remove(other.index()); // gone, though nobody said so
                publish(other.name(), LinkInfo.absent());
            }
        }
        publish(link.name(), link.toState(tool.speedMbps(link.name())));
    }

    private void forget(LinkInfo link) {
        for (LinkInfo other : known.values()) {
            if (other.index() != link.index() && other.name().equals(link.name())) {
                return; // another interface has that name already
            }
        }
        publish(link.name(), LinkInfo.absent());
    }

    private void publish(String name, LinkState state) {
        LinkState former = state.present() ? states.put(name, state) : states.remove(name);
        if (state.equals(former) || (former == null && !state.present())) {
            return;
        }
        synchronized (published) {
            published.notifyAll();
        }
        for (Listener listener : listeners.getOrDefault(name, List.of())) {
            try {
                listener.linkChanged(name, state);
            } catch (RuntimeException e) {
                LOG.error("a listener of interface {} failed", name, e);
            }
        }
    }

    @Override
    public void close() {
        closed = true;
        io.wakeup();
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private final class Handler implements Netlink.Handler {
        @Override
        public void onLink(LinkInfo link) {
            seenInDump.add(link.index());
            update(link);
        }

        @Override
        public void onLinkGone(LinkInfo link) {
            LinkInfo former = known.remove(link.index());
            if (former != null) {
                forget(former);
            }
        }

        @Override
        public void onDumpRefused() {
            dumpRefused = true;
            dumping = false;
        }

        @Override
        public void onDumpEnd() {
            if (!dumping) {
                return;
            }
            dumping = false;
            for (LinkInfo link : new ArrayList<>(known.values())) {
                if (!seenInDump.contains(link.index())) {
                    known.remove(link.index());
                    forget(link);
                }
            }
            seenInDump.clear();
            firstDump.countDown();
        }
    }
}
