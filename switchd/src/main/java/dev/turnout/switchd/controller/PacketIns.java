package dev.turnout.switchd.controller;

import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Function;
import java.util.function.IntConsumer;

import dev.turnout.ofproto.Bridge;
import dev.turnout.ofproto.Ofproto;
import dev.turnout.ofproto.PacketIn;
import dev.turnout.ofproto.PacketInListener;

/**
 * All packet-ins of a switch: those of each bridge go through its {@link PacketInScheduler} to the listeners.
 *
 * <p>Thread rules: any thread. Packets come on slow-path threads; listeners are called on those or on the timer's, one at a time per bridge, and must
 * not block.
 */
public final class PacketIns implements AutoCloseable {
    private final Ofproto ofproto;
    private final Timer timer;
    private final Function<String, PacketInLimit> limits;
    /** By bridge; a bridge that was removed and made again is another one. */
    private final Map<Bridge, PacketInScheduler> schedulers = new ConcurrentHashMap<>();
    private final List<PacketInListener> listeners = new CopyOnWriteArrayList<>();
    private final PacketInListener source = this::packetIn;

    /** Runs tasks later, and says so where one fails. */
    @FunctionalInterface
    public interface Timer {
        /** Runs a task in so many milliseconds; never, once the switch is closing. */
        void runAfter(Runnable task, int ms);
    }

    /**
     * Counters of a bridge's packet-ins.
     *
     * @param passed
     *            handed to the controllers at once
     * @param delayed
     *            handed to them after waiting for the rate
     * @param dropped
     *            never, since too many waited
     * @param waiting
     *            wait now
     */
    public record Counts(long passed, long delayed, long dropped, int waiting) {
        static final Counts NONE = new Counts(0, 0, 0, 0);
    }

    /**
     * Listens from now on.
     *
     * @param timer
     *            for packets that wait
     * @param limits
     *            the limit of the bridge with that name, as configured now
     */
    public PacketIns(Ofproto ofproto, Timer timer, Function<String, PacketInLimit> limits) {
        this.ofproto = ofproto;
        this.timer = timer;
        this.limits = limits;
        ofproto.addPacketInListener(source);
    }

    public void addListener(PacketInListener listener) {
        listeners.add(listener);
    }

    public void removeListener(PacketInListener listener) {
        listeners.remove(listener);
    }

    /** What has become of a bridge's packet-ins. */
    public Counts counts(Bridge bridge) {
        PacketInScheduler scheduler = schedulers.get(bridge);
        return scheduler == null
                ? Counts.NONE
                : new Counts(scheduler.count(PacketInScheduler.Outcome.PASSED),
                        scheduler.count(PacketInScheduler.Outcome.DELAYED),
                        scheduler.count(PacketInScheduler.Outcome.DROPPED), scheduler.waiting());
    }

    /** Brings limits up to date, and forgets bridges that are gone; to be called when the configuration has changed. */
    public void configurationChanged() {
        schedulers.forEach((bridge, scheduler) -> {
            if (isPresent(bridge)) {
                scheduler.setLimit(limits.apply(bridge.name()), System.nanoTime());
            } else {
                schedulers.remove(bridge, scheduler);
            }
        });
    }

    @SuppressWarnings("ReferenceEquality") // this very bridge
    private boolean isPresent(Bridge bridge) {
        return ofproto.bridge(bridge.name()) == bridge;
    }

    private void packetIn(PacketIn packet) {
        if (!listeners.isEmpty()) {
            schedulers.computeIfAbsent(packet.bridge(), this::scheduler).offer(packet, System.nanoTime());
        }
    }

    private PacketInScheduler scheduler(Bridge bridge) {
        IntConsumer wake = ms -> wake(bridge, ms);
        return new PacketInScheduler(limits.apply(bridge.name()), this::tell, wake, System.nanoTime());
    }

    private void wake(Bridge bridge, int afterMs) {
        timer.runAfter(() -> {
            PacketInScheduler scheduler = schedulers.get(bridge);
            if (scheduler != null) {
                scheduler.run(System.nanoTime());
            }
        }, afterMs);
    }

    private void tell(PacketIn packet) {
        for (PacketInListener listener : listeners) {
            listener.onPacketIn(packet);
        }
    }

    /** Takes no more. */
    @Override
    public void close() {
        ofproto.removePacketInListener(source);
        schedulers.clear();
    }
}
