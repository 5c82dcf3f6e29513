package dev.turnout.ofproto;

/**
 * What a translation touched and must be credited with the packets of its megaflow: flows, tables, patch ports, learned MAC addresses. It also
 * holds the translation's references (what to tell the controller), until {@link #close}.
 *
 * <p>Thread rules: {@link #credit} from any thread; {@link #close} once, by the owner.
 */
public final class XlateCache implements AutoCloseable {
    /**
     * Attributes packets of the megaflow that were not yet attributed.
     *
     * @param packets
     *            how many
     * @param bytes
     *            their bytes
     * @param usedNs
     *            when the last of them passed, on the clock of {@link Ofproto}
     * @param tcpFlags
     *            TCP flags seen in them
     */
    public void credit(long packets, long bytes, long usedNs, int tcpFlags) {
        throw new UnsupportedOperationException(packets + " " + bytes + " " + usedNs + " " + tcpFlags);
    }

    /** Gives the references back. A second call does nothing. */
    @Override
    public void close() {
    }
}
