package dev.turnout.ofproto;

import java.security.SecureRandom;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;

import dev.turnout.flow.FlowKey;
import dev.turnout.openflow.Octets;
import org.jspecify.annotations.Nullable;

/**
 * Packets that {@code controller(pause)} sent to the controllers, by the continuation that went with them: 16 bytes that nobody can guess. At most
 * {@link #MAX} wait, the oldest goes first; none waits longer than {@link #LIMIT_NS}.
 *
 * <p>Thread rules: any thread, by this object's monitor.
 */
final class PausedPackets {
    static final int MAX = 4096;
    static final long LIMIT_NS = 60_000_000_000L;
    private static final int CONTINUATION_BYTES = 16;

    /**
     * A packet that waits.
     *
     * @param state
     *            where it goes on
     * @param key
     *            its key when it was paused
     */
    record Paused(FrozenState state, FlowKey key, long sinceNs) {
    }

    private final Map<Octets, Paused> waiting = new LinkedHashMap<>();
    private final SecureRandom random = new SecureRandom();

    /** Keeps a packet's state; returns its continuation. */
    synchronized Octets add(FrozenState state, FlowKey key, long nowNs) {
        forgetOld(nowNs);
        if (waiting.size() == MAX) {
            Iterator<Octets> eldest = waiting.keySet().iterator();
            eldest.next();
            eldest.remove();
        }
        byte[] bytes = new byte[CONTINUATION_BYTES];
        random.nextBytes(bytes);
        Octets continuation = Octets.of(bytes);
        waiting.put(continuation, new Paused(state, key.copy(), nowNs));
        return continuation;
    }

    /** Takes a packet's state out; null if the continuation is not known, or no longer. */
    synchronized @Nullable Paused take(Octets continuation, long nowNs) {
        forgetOld(nowNs);
        return waiting.remove(continuation);
    }

    synchronized void forgetOld(long nowNs) {
        Iterator<Paused> oldest = waiting.values().iterator();
        while (oldest.hasNext() && nowNs - oldest.next().sinceNs >= LIMIT_NS) {
            oldest.remove();
        }
    }

    synchronized int size() {
        return waiting.size();
    }
}
