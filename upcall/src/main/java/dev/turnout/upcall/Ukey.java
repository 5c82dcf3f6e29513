package dev.turnout.upcall;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.Arrays;
import java.util.concurrent.locks.ReentrantLock;

import dev.turnout.core.Ack;
import dev.turnout.core.DatapathCommand;
import dev.turnout.core.WaitingPackets;
import dev.turnout.flow.DatapathActions;
import dev.turnout.flow.FlowKey;
import dev.turnout.flow.FlowLayout;
import dev.turnout.flow.FlowMask;
import dev.turnout.flow.Megaflow;
import org.jspecify.annotations.Nullable;

/**
 * The slow path's record of one megaflow. It guards the megaflow: none is installed, changed, counted or removed except
 * through its ukey.
 *
 * <p><b>States.</b> {@link UkeyState} has the legal moves; {@link #transition} makes them, under the lock, and records
 * thread and place. An illegal move is a fault of ours: it is refused, logged, counted, and the ukey is quarantined: the
 * next round evicts its megaflow, and the next packet has it made anew.
 *
 * <p><b>Operations.</b> The fast path answers later. At most one operation is pending per ukey. A delete that is decided
 * meanwhile waits (the state is EVICTING already) and is sent when the answer has come. An answer with another operation
 * number than the last is stale and ignored.
 *
 * <p><b>Counters.</b> {@link #packets} and so on say what was attributed to a translation so far. Whoever learns newer
 * ones (a dump; the answer to a modify or a delete, which carries those of the very moment) attributes the difference to
 * the translation that the fast path ran until then. So each packet is attributed once.
 *
 * <p>Thread rules: what does not change may be read by anyone. {@link #state} may be read without the lock. Everything
 * else needs the lock; a method's Javadoc does not repeat it. Locks: this one comes before a shard of {@link UkeyTable}
 * and before those of the OpenFlow tables; no thread waits for a second ukey's lock while it holds one. Forwarding threads never
 * take it.
 */
public final class Ukey {
    private static final VarHandle STATE;

    static {
        try {
            STATE = MethodHandles.lookup().findVarHandle(Ukey.class, "state", UkeyState.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private enum Pending {
        NONE, INSTALL, MODIFY, DELETE
    }

    private final long idHigh;
    private final long idLow;
    /** The masked words, those alone that the mask has. */
    private final long[] values;
    private final FlowMask mask;
    private final CommandChannel channel;
    private final long createdNs;
    private final ReentrantLock lock = new ReentrantLock();

    /** Through STATE: release stores under the lock, acquire loads anywhere. */
    private UkeyState state = UkeyState.CREATED;
    private String lastThread = Thread.currentThread().getName();
    private String lastPlace = "created";
    private boolean quarantined;
    private Pending pending = Pending.NONE;
    private int operation;
    private long handle = Megaflow.NONE;
    private Translation translation;
    /** What a pending modify brings. */
    private @Nullable Translation nextTranslation;
    private long sequence;
    private long dumpSequence;
    private long packets;
    private long bytes;
    private long usedNs;
    private int tcpFlags;

    /**
     * @param key
     *            the packet's key; what the mask leaves out is forgotten
     * @param sequence
     *            the change sequence before {@code translation} was made
     */
    Ukey(long[] key, FlowMask mask, CommandChannel channel, Translation translation, long sequence, long createdNs) {
        UkeyId id = UkeyId.of(key, mask, channel.threadId());
        this.idHigh = id.high();
        this.idLow = id.low();
        this.values = new long[mask.wordCount()];
        for (int n = 0; n < values.length; n++) {
            int word = mask.wordIndex(n);
            values[n] = key[word] & mask.word(word);
        }
        this.mask = mask;
        this.channel = channel;
        this.translation = translation;
        this.sequence = sequence;
        this.createdNs = createdNs;
    }

    // --- what does not change --------------------------------------------------------------------------------------------

    public UkeyId id() {
        return new UkeyId(idHigh, idLow);
    }

    long idHigh() {
        return idHigh;
    }

    long idLow() {
        return idLow;
    }

    /** The bits that the megaflow matches. */
    public FlowMask mask() {
        return mask;
    }

    /** The masked key, a copy. */
    public FlowKey key() {
        long[] words = new long[FlowLayout.WORDS];
        for (int n = 0; n < values.length; n++) {
            words[mask.wordIndex(n)] = values[n];
        }
        return new FlowKey(words);
    }

    /** The ingress port's datapath number. */
    public int inPort() {
        return values.length > 0 && mask.wordIndex(0) == FlowLayout.RECIRC_PORT ? (int) values[0] : 0;
    }

    /** Number of the forwarding thread that has the megaflow. */
    public int threadId() {
        return channel.threadId();
    }

    public long createdNs() {
        return createdNs;
    }

    /** Whether two ukeys are of the same flow: masked key, mask and thread. */
    boolean isSameFlow(Ukey other) {
        return channel == other.channel && mask.equals(other.mask) && Arrays.equals(values, other.values);
    }

    // --- the lock --------------------------------------------------------------------------------------------------------

    public void lock() {
        lock.lock();
    }

    public boolean tryLock() {
        return lock.tryLock();
    }

    public void unlock() {
        lock.unlock();
    }

    private void checkLocked() {
        if (!lock.isHeldByCurrentThread()) {
            throw new IllegalStateException("the lock of ukey " + id() + " is not held");
        }
    }

    // --- state -----------------------------------------------------------------------------------------------------------

    public UkeyState state() {
        return (UkeyState) STATE.getAcquire(this);
    }

    /** Thread and place of the last move, for people. */
    public String lastMove() {
        return lastThread + ", " + lastPlace;
    }

    /** Whether an illegal move was tried. */
    public boolean isQuarantined() {
        return quarantined;
    }

    /** Whether an answer of the fast path is awaited. */
    public boolean isPending() {
        return pending != Pending.NONE;
    }

    /** Moves to another state; false, and quarantine, if that is not legal. */
    boolean transition(UkeyState next, String place) {
        checkLocked();
        UkeyState from = state;
        if (!from.mayBecome(next)) {
            quarantined = true;
            channel.audit().illegalMove(this, from, lastThread, lastPlace, next, place);
            return false;
        }
        lastThread = Thread.currentThread().getName();
        lastPlace = place;
        STATE.setRelease(this, next);
        if (next == UkeyState.EVICTED) {
            closeTranslations();
        }
        return true;
    }

    // --- translation and sequences ---------------------------------------------------------------------------------------

    /** What the fast path runs, unless a modify is pending. */
    public Translation translation() {
        return translation;
    }

    public DatapathActions actions() {
        return translation.actions();
    }

    /** The change sequence up to which the translation is right. */
    public long sequence() {
        return sequence;
    }

    /** The last dump that saw the megaflow. */
    public long dumpSequence() {
        return dumpSequence;
    }

    public void setDumpSequence(long round) {
        dumpSequence = round;
    }

    /** The megaflow, once it is known. */
    public long handle() {
        return handle;
    }

    /** Takes a new translation whose actions are those that the fast path runs already. */
    public void keep(Translation same, long newSequence) {
        checkLocked();
        translation.close();
        translation = same;
        sequence = newSequence;
    }

    private void closeTranslations() {
        translation.close();
        if (nextTranslation != null) {
            nextTranslation.close();
            nextTranslation = null;
        }
    }

    // --- counters --------------------------------------------------------------------------------------------------------

    /** Packets attributed so far. */
    public long packets() {
        return packets;
    }

    /** Bytes attributed so far. */
    public long bytes() {
        return bytes;
    }

    /** Clock of the last hit that is known; 0 for never. */
    public long usedNs() {
        return usedNs;
    }

    public int tcpFlags() {
        return tcpFlags;
    }

    /** When the megaflow was last of use: hit, or made. */
    public long activeNs() {
        return usedNs == 0 ? createdNs : usedNs;
    }

    /**
     * Credits what is new in the megaflow's counters, as a dump found them, to the translation that the fast path ran; returns
     * the packets. While a modify is pending nobody knows on which side of the switch they were read: its answer will tell.
     */
    public long attribute(long packetsNow, long bytesNow, long usedNow, int flagsNow) {
        checkLocked();
        return pending == Pending.MODIFY ? 0 : attributeDifference(packetsNow, bytesNow, usedNow, flagsNow);
    }

    private long attributeDifference(long packetsNow, long bytesNow, long usedNow, int flagsNow) {
        long newPackets = packetsNow - packets;
        long newBytes = bytesNow - bytes;
        if (newPackets < 0 || newBytes < 0) {
            channel.audit().countersWentBack(this);
            return 0;
        }
        if (newPackets > 0 || newBytes > 0) {
            packets = packetsNow; // first: what fails to be credited is not credited again
            bytes = bytesNow;
            usedNs = usedNow;
            tcpFlags |= flagsNow;
            translation.credit(newPackets, newBytes, usedNow, flagsNow);
        }
        return newPackets;
    }

    /** Goes on where another ukey of the same megaflow stopped attributing. */
    void adoptCounters(Ukey former) {
        checkLocked();
        packets = former.packets;
        bytes = former.bytes;
        usedNs = former.usedNs;
        tcpFlags = former.tcpFlags;
    }

    // --- operations ------------------------------------------------------------------------------------------------------

    /** Sends the install. The ukey is in the table, VISIBLE. */
    void install(FlowKey maskedKey, WaitingPackets waiting) {
        checkLocked();
        begin(Pending.INSTALL);
        if (!channel.submit(
                new DatapathCommand.Install(this, operation, maskedKey, mask, translation.actions(), waiting))) {
            pending = Pending.NONE;
            transition(UkeyState.EVICTED, "install: the thread has ended");
        }
    }

    /** A dump has found the megaflow. False if that one is not, or no more, this ukey's. */
    public boolean seen(long foundHandle) {
        checkLocked();
        if (state == UkeyState.VISIBLE && handle == Megaflow.NONE) {
            handle = foundHandle;
            return transition(UkeyState.OPERATIONAL, "dump: seen");
        }
        return handle == foundHandle;
    }

    /** Makes the megaflow run other actions. The ukey is OPERATIONAL and nothing is pending. */
    public void modify(Translation next, long newSequence, String place) {
        checkLocked();
        if (state != UkeyState.OPERATIONAL || pending != Pending.NONE) {
            throw new IllegalStateException("modify of a ukey that is " + state + ", " + pending);
        }
        begin(Pending.MODIFY);
        nextTranslation = next;
        sequence = newSequence;
        if (!channel.submit(new DatapathCommand.Modify(this, operation, handle, next.actions()))) {
            pending = Pending.NONE;
            next.close();
            nextTranslation = null;
            transition(UkeyState.INCONSISTENT, place + ": the thread has ended");
        }
    }

    /**
     * Decides that the megaflow goes. Has no effect on one that goes already, or is not confirmed yet (unless
     * {@code evenVisible}).
     *
     * @return whether this call decided it
     */
    public boolean delete(DeleteReason reason, boolean evenVisible, String place) {
        checkLocked();
        boolean possible = state == UkeyState.OPERATIONAL || state == UkeyState.INCONSISTENT
                || (evenVisible && state == UkeyState.VISIBLE);
        if (!possible || !transition(UkeyState.EVICTING, place)) {
            return false;
        }
        channel.deletions().record(this, reason);
        if (pending == Pending.NONE) {
            sendDelete(place);
        }
        return true;
    }

    private void sendDelete(String place) {
        begin(Pending.DELETE);
        if (!channel.submit(new DatapathCommand.Delete(this, operation, handle))) {
            pending = Pending.NONE;
            try {
                attributeLast();
            } finally {
                transition(UkeyState.EVICTED, place + ": the thread has ended");
            }
        }
    }

    /** The thread has ended and its counters rest: reads the last ones. */
    private void attributeLast() {
        MegaflowReading last = new MegaflowReading();
        if (handle != Megaflow.NONE && channel.fastPath().read(Megaflow.index(handle), last) && last.handle == handle) {
            attribute(last.packets, last.bytes, last.usedNs, last.tcpFlags);
        }
    }

    private void begin(Pending what) {
        if (pending != Pending.NONE) {
            throw new IllegalStateException(what + " while " + pending + " is pending");
        }
        operation++;
        pending = what;
    }

    /** The fast path's answer. False if it is stale. */
    boolean onAck(Ack ack) {
        checkLocked();
        if (ack.operation() != operation || pending == Pending.NONE) {
            return false;
        }
        pending = Pending.NONE;
        try {
            switch (ack.kind()) {
                case INSTALLED -> onInstalled(ack);
                case MODIFIED -> onModified(ack);
                case DELETED -> onDeleted(ack);
            }
        } finally { // a delete that was decided meanwhile is sent in any case
            if (state == UkeyState.EVICTING && pending == Pending.NONE) {
                sendDelete("queued delete");
            }
        }
        return true;
    }

    private void onInstalled(Ack ack) {
        if (ack.status() == Ack.Status.OK) {
            handle = ack.handle();
            if (state == UkeyState.VISIBLE) {
                transition(UkeyState.OPERATIONAL, "install acknowledged");
            }
        } else {
            channel.audit().installFailed(ack.status());
            transition(UkeyState.EVICTED, "install failed: " + ack.status());
        }
    }

    private void onModified(Ack ack) {
        Translation next = nextTranslation;
        nextTranslation = null;
        if (ack.status() == Ack.Status.OK && next != null) {
            try {
                attribute(ack.packets(), ack.bytes(), ack.usedNs(), ack.tcpFlags());
            } finally {
                translation.close();
                translation = next;
            }
            return;
        }
        if (next != null) {
            next.close();
        }
        channel.audit().modifyFailed(ack.status());
        if (state == UkeyState.OPERATIONAL) {
            transition(UkeyState.INCONSISTENT, "modify failed: " + ack.status());
        }
    }

    private void onDeleted(Ack ack) {
        try {
            if (ack.status() == Ack.Status.OK) {
                attribute(ack.packets(), ack.bytes(), ack.usedNs(), ack.tcpFlags());
            } else {
                attributeLast();
            }
        } finally { // whatever happens to the counters, the megaflow is gone
            transition(UkeyState.EVICTED, "delete acknowledged: " + ack.status());
        }
    }

    @Override
    public String toString() {
        return "ufid:" + id() + ' ' + state().text();
    }
}
