package dev.turnout.ofproto;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;

/**
 * The monitors of a bridge's flows.
 *
 * <p>Thread rules: any thread; {@link #tell} and {@link #end} under the bridge's lock.
 */
final class FlowMonitors {
    /** Tries to read the flows before it is done under the lock. */
    private static final int LOCK_FREE_TRIES = 3;

    private final List<FlowMonitor> monitors = new CopyOnWriteArrayList<>();
    /** Under the bridge's lock. */
    private boolean ended;

    boolean isEmpty() {
        return monitors.isEmpty();
    }

    /**
     * Adds a monitor and has it begin: with flows that are there in one version, if it wants them, and with what has changed since that version.
     *
     * @param locked
     *            runs something under the bridge's lock, which is not held for as long as it takes to read a table
     */
    void start(FlowMonitor monitor, RuleTables tables, Consumer<Runnable> locked) {
        locked.accept(() -> {
            if (ended) {
                monitor.end();
            } else {
                monitors.add(monitor);
            }
        });
        monitor.begin(monitor.wantsInitial() ? initial(monitor, tables, locked) : List.of());
    }

    private static List<Rule> initial(FlowMonitor monitor, RuleTables tables, Consumer<Runnable> locked) {
        List<Rule> rules = new ArrayList<>();
        for (int i = 0; i < LOCK_FREE_TRIES; i++) {
            AtomicLong version = new AtomicLong();
            locked.accept(() -> {
                monitor.restart();
                version.set(tables.version());
            });
            rules = tables.select(monitor.filter(), version.get());
            if (!tables.isStale(version.get())) {
                return rules;
            }
            rules.clear(); // a purge has overtaken it
        }
        List<Rule> all = rules;
        locked.accept(() -> {
            monitor.restart();
            all.addAll(tables.select(monitor.filter(), tables.version()));
        });
        return all;
    }

    void remove(FlowMonitor monitor) {
        monitors.remove(monitor);
    }

    /** A batch has been published. */
    void tell(List<FlowChange> changes, ChangeOrigin origin) {
        for (FlowMonitor monitor : monitors) {
            monitor.tell(changes, origin);
        }
    }

    /** The bridge is gone. */
    void end() {
        ended = true;
        monitors.forEach(FlowMonitor::end);
        monitors.clear();
    }
}
