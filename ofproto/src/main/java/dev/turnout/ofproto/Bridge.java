package dev.turnout.ofproto;

import java.util.List;
import java.util.function.Consumer;

import dev.turnout.openflow.FlowFilter;
import dev.turnout.openflow.FlowMod;
import dev.turnout.openflow.FlowStats;
import dev.turnout.openflow.PortNames;
import org.jspecify.annotations.Nullable;

/**
 * A bridge: ports with OpenFlow numbers, 255 flow tables, learned MAC addresses.
 *
 * <p>Thread rules: any thread; changes are serialised by a lock of the bridge, readers take none.
 */
public final class Bridge {
    /** Number of tables. */
    public static final int TABLES = 255;

    public String name() {
        throw new UnsupportedOperationException();
    }

    /** The datapath id, 64 bits. */
    public long datapathId() {
        throw new UnsupportedOperationException();
    }

    /** Changes the datapath id, which is only shown. */
    public void setDatapathId(long id) {
        throw new UnsupportedOperationException("" + id);
    }

    public FailMode failMode() {
        throw new UnsupportedOperationException();
    }

    /** Changes the fail mode. A real change deletes all flows, and for {@link FailMode#STANDALONE} adds {@code priority=0 actions=NORMAL}. */
    public void setFailMode(FailMode mode) {
        throw new UnsupportedOperationException(mode.toString());
    }

    // --- ports ---------------------------------------------------------------------------------------------------------------------------

    /**
     * Adds a port.
     *
     * @return the port with its OpenFlow number
     * @throws IllegalArgumentException
     *             if the name or the requested number is taken, or the number is none; the message says which
     */
    public PortInfo addPort(PortInfo port) {
        throw new UnsupportedOperationException(port.toString());
    }

    /** Replaces the port of that name; its OpenFlow number stays unless {@code port.ofPort()} is another one but 0. */
    public PortInfo updatePort(PortInfo port) {
        throw new UnsupportedOperationException(port.toString());
    }

    /** Removes a port; false if there is none of that name. */
    public boolean removePort(String portName) {
        throw new UnsupportedOperationException(portName);
    }

    /** The ports, by OpenFlow number. */
    public List<PortInfo> ports() {
        throw new UnsupportedOperationException();
    }

    public @Nullable PortInfo port(int ofPort) {
        throw new UnsupportedOperationException("" + ofPort);
    }

    public @Nullable PortInfo port(String portName) {
        throw new UnsupportedOperationException(portName);
    }

    /** The ports' names, as flow texts may use them. */
    public PortNames portNames() {
        throw new UnsupportedOperationException();
    }

    // --- flows ---------------------------------------------------------------------------------------------------------------------------

    /**
     * Applies flow-mods in order; lookups see all of the batch or nothing of it.
     *
     * @param mods
     *            the batch
     * @param atomic
     *            whether one that fails undoes the whole batch; else each stands for itself
     * @return one result per flow-mod
     */
    public List<FlowModResult> apply(List<FlowMod> mods, boolean atomic) {
        throw new UnsupportedOperationException(mods.toString() + atomic);
    }

    /** Calls back for every flow that the filter takes: by table, in no particular order within it. */
    public void forEachFlow(FlowFilter filter, Consumer<FlowStats> consumer) {
        throw new UnsupportedOperationException(filter.toString() + consumer);
    }

    /** The flows that the filter takes: by table, then by descending priority. */
    public List<FlowStats> flows(FlowFilter filter) {
        throw new UnsupportedOperationException(filter.toString());
    }

    public FlowAggregate aggregate(FlowFilter filter) {
        throw new UnsupportedOperationException(filter.toString());
    }

    /** How many flows there are. */
    public int flowCount() {
        throw new UnsupportedOperationException();
    }

    /** Counters of all tables, by number. */
    public List<TableStats> tableStats() {
        throw new UnsupportedOperationException();
    }

    /** Limits a table; flows that are there already stay. */
    public void setTableLimit(int table, int maxFlows) {
        throw new UnsupportedOperationException(table + " " + maxFlows);
    }

    /** Whether packets whose TTL ended at {@code dec_ttl} go to the controllers. Off at first, as OpenFlow has it. */
    public void setInvalidTtlToController(boolean on) {
        throw new UnsupportedOperationException("" + on);
    }

    /** Learned MAC addresses. */
    public MacTable macTable() {
        throw new UnsupportedOperationException();
    }
}
