package dev.turnout.upcall;

import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;

import dev.turnout.core.Ack;
import dev.turnout.core.DatapathCommand;
import dev.turnout.flow.Megaflow;

/**
 * The way of commands to one forwarding thread. The thread's own queue is bounded; what it refuses waits here, and the
 * agent that drains the answers sends it on. So a command is never lost, and whoever gives one never waits. What can wait
 * is bounded, too: a ukey has one operation pending at a time, a waiting flow one command.
 *
 * <p>When the forwarding thread has ended, commands are refused, and those that still wait here are answered in its place;
 * the packets that waited for them were given back when it ended.
 *
 * <p>Thread rules: {@link #submit} any thread; {@link #pump} the agent; {@link #end} the forwarding thread.
 */
final class CommandChannel {
    private final FastPath fastPath;
    private final UkeyAudit audit;
    private final Deletions deletions;
    private final ConcurrentLinkedQueue<DatapathCommand> overflow = new ConcurrentLinkedQueue<>();
    private final AtomicInteger overflowing = new AtomicInteger();
    private final Runnable wakeAgent;
    private volatile boolean ended;

    /**
     * @param wakeAgent
     *            wakes the agent, if it sleeps
     */
    CommandChannel(FastPath fastPath, UkeyAudit audit, Deletions deletions, Runnable wakeAgent) {
        this.wakeAgent = wakeAgent;
        this.fastPath = fastPath;
        this.audit = audit;
        this.deletions = deletions;
    }

    int threadId() {
        return fastPath.id();
    }

    FastPath fastPath() {
        return fastPath;
    }

    UkeyAudit audit() {
        return audit;
    }

    Deletions deletions() {
        return deletions;
    }

    /** Sends a command, or keeps it to be sent; false if the forwarding thread has ended. */
    boolean submit(DatapathCommand command) {
        if (ended) {
            return false;
        }
        if (overflowing.getPlain() > 0 || !fastPath.submit(command)) {
            overflowing.incrementAndGet();
            overflow.add(command);
            wakeAgent.run();
        }
        return true;
    }

    /** Sends on what waits; returns the commands that left. */
    int pump(Acknowledger acknowledger) {
        int sent = 0;
        while (overflowing.get() > 0) {
            DatapathCommand command = overflow.peek();
            if (command == null) {
                break;
            }
            if (ended) {
                refuse(command, acknowledger);
            } else if (!fastPath.submit(command)) {
                break;
            }
            overflow.poll();
            overflowing.decrementAndGet();
            sent++;
        }
        return sent;
    }

    /** Commands that wait. */
    int waiting() {
        return overflowing.get();
    }

    boolean isEnded() {
        return ended;
    }

    /** The forwarding thread ends. */
    void end() {
        ended = true;
    }

    private static void refuse(DatapathCommand command, Acknowledger acknowledger) {
        switch (command) {
            case DatapathCommand.Install i -> acknowledger.answer(ended(i.token(), i.operation(), Ack.Kind.INSTALLED));
            case DatapathCommand.Modify m -> acknowledger.answer(ended(m.token(), m.operation(), Ack.Kind.MODIFIED));
            case DatapathCommand.Delete d -> acknowledger.answer(ended(d.token(), d.operation(), Ack.Kind.DELETED));
            case DatapathCommand.Execute execute when execute.packets() instanceof Resolution resolution -> resolution
                    .abandon();
            default -> {
                // a packet-out: its frame is no buffer
            }
        }
    }

    private static Ack ended(Object token, int operation, Ack.Kind kind) {
        return new Ack(token, operation, kind, Ack.Status.THREAD_ENDED, Megaflow.NONE, 0, 0, 0, 0);
    }

    /** Applies answers. */
    @FunctionalInterface
    interface Acknowledger {
        void answer(Ack ack);
    }
}
