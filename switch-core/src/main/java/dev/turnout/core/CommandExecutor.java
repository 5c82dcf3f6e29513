package dev.turnout.core;

import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Queue;

import dev.turnout.dpcls.Classifier;
import dev.turnout.flow.DatapathActions;
import dev.turnout.flow.FlowExtractor;
import dev.turnout.flow.FlowKey;
import dev.turnout.flow.FlowKeys;
import dev.turnout.flow.FlowLayout;
import dev.turnout.flow.FlowMask;
import dev.turnout.flow.Megaflow;
import dev.turnout.packet.Packet;
import dev.turnout.packet.PacketBatch;
import dev.turnout.packet.PacketPool;

/**
 * Executes what other threads ask of a forwarding thread, and answers.
 *
 * <p>Every command about a megaflow is answered once. Where the sink of answers has no room, the answer is kept and
 * {@link #isBlocked} until it is taken: no further command is executed meanwhile, so at most one answer is kept.
 *
 * <p>Thread rules: one owner thread; commands are executed between batches, when no reference to a megaflow is held.
 */
final class CommandExecutor {
    private final ForwardingAgent agent;
    private final ForwardingThread thread;
    private final PacketPool pool;
    private final ThreadCounters counters;
    private final MegaflowTable megaflows;
    private final Classifier classifier;
    private final ActionExecutor executor;
    private final AckSink acks;
    private final Queue<Ack> unanswered = new ArrayDeque<>();
    private final long[] group = new long[PacketBatch.CAPACITY];
    private final FlowKeys keys = new FlowKeys();

    CommandExecutor(ForwardingAgent agent, ForwardingThread thread, PacketPool pool, ThreadCounters counters,
            MegaflowTable megaflows,
            Classifier classifier, ActionExecutor executor, AckSink acks) {
        this.agent = agent;
        this.thread = thread;
        this.pool = pool;
        this.counters = counters;
        this.megaflows = megaflows;
        this.classifier = classifier;
        this.executor = executor;
        this.acks = acks;
    }

    /** Whether an answer waits for room; tries to get rid of it. */
    boolean isBlocked() {
        while (!unanswered.isEmpty()) {
            if (!acks.offer(thread, unanswered.element())) {
                return true;
            }
            unanswered.remove();
        }
        return false;
    }

    void execute(DatapathCommand command) {
        switch (command) {
            case DatapathCommand.Install install -> install(install);
            case DatapathCommand.Modify modify -> modify(modify);
            case DatapathCommand.Delete delete -> delete(delete);
            case DatapathCommand.Execute execute -> run(execute.actions(), execute.packets().take());
            case DatapathCommand.ExecuteFrame execute -> run(execute);
            case OwnerTask task -> task.task().run();
        }
    }

    /** Answers a command that comes too late. */
    void refuse(DatapathCommand command) {
        switch (command) {
            case DatapathCommand.Install install -> {
                releaseAll(install.packets().take());
                answer(failure(install.token(), install.operation(), Ack.Kind.INSTALLED, Ack.Status.THREAD_ENDED));
            }
            case DatapathCommand.Modify modify ->
                refuse(modify.token(), modify.operation(), modify.handle(), Ack.Kind.MODIFIED);
            case DatapathCommand.Delete delete ->
                refuse(delete.token(), delete.operation(), delete.handle(), Ack.Kind.DELETED);
            case DatapathCommand.Execute execute -> releaseAll(execute.packets().take());
            case DatapathCommand.ExecuteFrame execute -> {
            }
            case OwnerTask task -> task.refused().run();
        }
    }

    private void refuse(Object token, int operation, long handle, Ack.Kind kind) {
        if (megaflows.isLive(handle)) {
            Ack last = megaflows.ack(token, operation, kind, handle);
            answer(new Ack(token, operation, kind, Ack.Status.THREAD_ENDED, handle, last.packets(), last.bytes(),
                    last.usedNs(), last.tcpFlags()));
        } else {
            answer(failure(token, operation, kind, Ack.Status.THREAD_ENDED));
        }
    }

    private void install(DatapathCommand.Install install) {
        ActionProgram program;
        try {
            program = ActionCompiler.compile(install.actions());
        } catch (ActionCompiler.UnsupportedActionException e) {
            drop(install.packets().take());
            answer(failure(install.token(), install.operation(), Ack.Kind.INSTALLED, Ack.Status.UNSUPPORTED));
            return;
        }
        Ack ack = tryInstall(install, program);
        long[] packets = install.packets().take(); // before the answer: whoever has them credited is told first
        answer(ack);
        run(program, packets);
    }

    private Ack tryInstall(DatapathCommand.Install install, ActionProgram program) {
        FlowKey key = install.maskedKey();
        FlowMask mask = install.mask();
        int inPort = (int) key.words()[FlowLayout.RECIRC_PORT];
        Ack.Status status;
        if (mask.word(FlowLayout.RECIRC_PORT) != Classifier.REQUIRED_BITS
                || mask.used() >>> FlowLayout.DATAPATH_WORDS != 0) {
            status = Ack.Status.UNSUPPORTED;
        } else if (!agent.hasPort(inPort)) {
            status = Ack.Status.NO_PORT;
        } else {
            long handle = megaflows.install(install.token(), program);
            if (handle == Megaflow.NONE) {
                status = Ack.Status.FULL;
            } else if (classifier.insert(handle, key.words(), mask)) {
                counters.set(ThreadCounter.MEGAFLOWS, megaflows.size());
                return megaflows.ack(install.token(), install.operation(), Ack.Kind.INSTALLED, handle);
            } else {
                megaflows.free(Megaflow.index(handle));
                status = Ack.Status.EXISTS;
            }
        }
        return failure(install.token(), install.operation(), Ack.Kind.INSTALLED, status);
    }

    private void modify(DatapathCommand.Modify modify) {
        if (!megaflows.isLive(modify.handle())) {
            answer(failure(modify.token(), modify.operation(), Ack.Kind.MODIFIED, Ack.Status.NO_MEGAFLOW));
            return;
        }
        try {
            megaflows.replaceProgram(Megaflow.index(modify.handle()), ActionCompiler.compile(modify.actions()));
            answer(megaflows.ack(modify.token(), modify.operation(), Ack.Kind.MODIFIED, modify.handle()));
        } catch (ActionCompiler.UnsupportedActionException e) {
            answer(failure(modify.token(), modify.operation(), Ack.Kind.MODIFIED, Ack.Status.UNSUPPORTED));
        }
    }

    private void delete(DatapathCommand.Delete delete) {
        if (!megaflows.isLive(delete.handle())) {
            answer(failure(delete.token(), delete.operation(), Ack.Kind.DELETED, Ack.Status.NO_MEGAFLOW));
            return;
        }
        int slot = Megaflow.index(delete.handle());
        Ack ack = megaflows.ack(delete.token(), delete.operation(), Ack.Kind.DELETED, delete.handle());
        int inPort = classifier.inPort(slot);
        classifier.remove(slot);
        agent.forgetPortIfGone(inPort);
        megaflows.free(slot);
        counters.set(ThreadCounter.MEGAFLOWS, megaflows.size());
        answer(ack);
    }

    private void run(DatapathActions actions, long[] packets) {
        try {
            run(ActionCompiler.compile(actions), packets);
        } catch (ActionCompiler.UnsupportedActionException e) {
            drop(packets);
        }
    }

    private void run(DatapathCommand.ExecuteFrame execute) {
        long packet = pool.allocateFor(execute.frame().length);
        if (packet == 0) {
            counters.drop(DropReason.NO_BUFFER, 1);
            return;
        }
        Packet.fromBytes(packet, execute.frame());
        Packet.setInPort(packet, execute.inPort());
        run(execute.actions(), new long[]{packet});
    }

    private void run(ActionProgram program, long[] packets) {
        for (int from = 0; from < packets.length; from += PacketBatch.CAPACITY) {
            int count = Math.min(packets.length - from, PacketBatch.CAPACITY);
            for (int i = 0; i < count; i++) {
                FlowExtractor.extract(packets[from + i], keys, 0); // notes the header offsets that actions need
            }
            System.arraycopy(packets, from, group, 0, count);
            executor.execute(program, group, 0, count);
        }
    }

    /** Drops packets whose actions cannot be executed. */
    private void drop(long[] packets) {
        counters.drop(DropReason.UNSUPPORTED_ACTION, packets.length);
        releaseAll(packets);
    }

    private void releaseAll(long[] packets) {
        Arrays.stream(packets).forEach(pool::release);
    }

    private static Ack failure(Object token, int operation, Ack.Kind kind, Ack.Status status) {
        return new Ack(token, operation, kind, status, Megaflow.NONE, 0, 0, 0, 0);
    }

    private void answer(Ack ack) {
        if (!unanswered.isEmpty() || !acks.offer(thread, ack)) {
            unanswered.add(ack);
        }
    }
}
