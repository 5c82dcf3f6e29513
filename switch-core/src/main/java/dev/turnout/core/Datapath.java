package dev.turnout.core;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

import org.jspecify.annotations.Nullable;

/**
 * The datapath: its ports and forwarding threads.
 *
 * <p>Thread rules: control threads call it; no method may be called on a forwarding thread. {@link #threads}, {@link #port} and {@link #ports} never block.
 */
public final class Datapath implements AutoCloseable {
    private final List<ForwardingThread> threads = new ArrayList<>();

    public Datapath(DatapathConfig config) {
        for (int i = 0; i < config.threads(); i++) {
            threads.add(new ForwardingThread(i, config));
        }
    }

    /** Starts the forwarding threads; once, before the first port is added. */
    public void start(UpcallSink upcalls, AckSink acks) {
        throw new UnsupportedOperationException(upcalls + " " + acks);
    }

    /** The forwarding threads, by number. */
    public List<ForwardingThread> threads() {
        return List.copyOf(threads);
    }

    /**
     * Adds a port; the thread that has the fewest receives from it.
     *
     * @return its datapath port number, from 1; a number is not used again before all others were
     * @throws IOException
     *             if the port cannot be opened; then it is closed and not added
     */
    public int addPort(Port port) throws IOException {
        return addPort(port, -1);
    }

    /** Adds a port that the thread with that number receives from; -1: the one that has the fewest ports. */
    public int addPort(Port port, int receivingThread) throws IOException {
        throw new UnsupportedOperationException(port.name() + receivingThread);
    }

    /**
     * Removes and closes a port; when it returns no thread uses it. Its megaflows stay until they are deleted by command,
     * but nothing hits them any more.
     *
     * @return whether there was such a port
     */
    public boolean removePort(int number) {
        throw new UnsupportedOperationException("" + number);
    }

    /** A port by its number, or null. */
    public @Nullable DatapathPort port(int number) {
        throw new UnsupportedOperationException("" + number);
    }

    /** All ports, by number. */
    public List<DatapathPort> ports() {
        throw new UnsupportedOperationException();
    }

    /** Adds a listener of port events. */
    public void addPortListener(PortEvent.Listener listener) {
        throw new UnsupportedOperationException("" + listener);
    }

    /** A thread counter summed over the threads. */
    public long count(ThreadCounter counter) {
        throw new UnsupportedOperationException("" + counter);
    }

    /** Drops for a reason, summed over the threads. */
    public long drops(DropReason reason) {
        throw new UnsupportedOperationException("" + reason);
    }

    /** One in so many packets that miss the exact-match cache is inserted into it; 0 never. Takes effect with the next cycle. */
    public void setEmcInsertInverseProbability(int inverse) {
        throw new UnsupportedOperationException("" + inverse);
    }

    /** Whether the signature cache is used. Takes effect with the next cycle. */
    public void setSignatureCache(boolean on) {
        throw new UnsupportedOperationException("" + on);
    }

    /** Stops the threads, answers the commands that wait, closes the ports. */
    @Override
    public void close() {
        throw new UnsupportedOperationException();
    }
}
