package dev.turnout.ofproto;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;

import dev.turnout.ofproto.FlowRemoved.Reason;
import dev.turnout.openflow.FlowCommand;
import dev.turnout.openflow.FlowFilter;
import dev.turnout.openflow.FlowMod;
import dev.turnout.openflow.FlowStats;
import dev.turnout.openflow.GroupMod;
import dev.turnout.openflow.MeterConfig;
import dev.turnout.openflow.OfAction;
import dev.turnout.openflow.OfPorts;
import dev.turnout.openflow.PortNames;
import dev.turnout.openflow.Protocols;
import dev.turnout.openflow.TableMod;
import org.jspecify.annotations.Nullable;

/**
 * A bridge: ports with OpenFlow numbers, 255 flow tables, learned MAC addresses.
 *
 * <p>Thread rules: any thread; changes are serialised by a lock of the bridge, readers take none. Lock order: the switch's ({@link Ofproto}), the
 * bridge's, the MAC table's or a flow monitor's.
 */
public final class Bridge {
    /** Number of tables; the last is not for flow-mods. */
    public static final int TABLES = 255;

    /** Most groups. */
    public static final int MAX_GROUPS = GroupTable.MAX_GROUPS;
    /** Names of the actions that buckets may have. */
    public static final List<String> BUCKET_ACTIONS = ActionSet.NAMES;

    /** Tries of a listing before it takes the lock. */
    private static final int LOCK_FREE_SELECTIONS = 3;

    private final Ofproto ofproto;
    private final String name;
    /** Only shown; written and read as it comes. */
    private volatile long datapathId;
    private final ReentrantLock lock = new ReentrantLock();
    private final RuleTables tables = new RuleTables();
    private final MeterTable meters;
    private final Facilities facilities;
    private final FlowLearner learner;
    private final MacTable macTable;
    private final ConcurrentHashMap<String, PatchStats> patchStats = new ConcurrentHashMap<>();
    /** Under the switch's lock. */
    private final PortNumbers portNumbers = new PortNumbers();
    /** Written under the switch's lock. */
    private final AtomicReference<PortList> ports = new AtomicReference<>(PortList.EMPTY);
    private volatile FailMode failMode; // volatile: read by every translation that finds table 0 empty
    private volatile boolean invalidTtlToController; // volatile: read by translations that see a TTL end

    Bridge(Ofproto ofproto, String name, FailMode failMode, long datapathId) {
        this.ofproto = ofproto;
        this.name = name;
        this.failMode = failMode;
        this.datapathId = datapathId;
        macTable = new MacTable(number -> port(number) != null, ofproto::changed);
        meters = new MeterTable(ofproto.dpMeters());
        facilities = new Facilities(meters, ofproto.datapathSupport());
        learner = new FlowLearner(tables, facilities, lock, this::onLearned);
        addDefaultFlow();
    }

    public String name() {
        return name;
    }

    /** The datapath id, 64 bits. */
    public long datapathId() {
        return datapathId;
    }

    /** Changes the datapath id, which is only shown. */
    public void setDatapathId(long id) {
        datapathId = id;
    }

    public FailMode failMode() {
        return failMode;
    }

    /** Changes the fail mode. A real change deletes all flows, and for {@link FailMode#STANDALONE} adds {@code priority=0 actions=NORMAL}. */
    public void setFailMode(FailMode mode) {
        lock.lock();
        try {
            if (mode == failMode) {
                return;
            }
            failMode = mode;
            apply(List.of(FlowMod.builder(FlowCommand.DELETE).build()), true);
            addDefaultFlow();
        } finally {
            unlock();
        }
        ofproto.changed();
    }

    /** Lets go of the lock, and does what was left to who has it. */
    private void unlock() {
        lock.unlock();
        if (!lock.isHeldByCurrentThread()) {
            learner.settle();
        }
    }

    private void onLearned(List<FlowModBatch> changes) {
        ofproto.changed();
        long nowNs = ofproto.nowNs();
        changes.forEach(change -> report(change, nowNs));
    }

    private void addDefaultFlow() {
        if (failMode == FailMode.STANDALONE) {
            FlowMod normal = FlowMod.builder(FlowCommand.ADD).priority(0)
                    .actions(List.of(new OfAction.Output(OfPorts.NORMAL))).build();
            apply(List.of(normal), true);
        }
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
        return ofproto.addPort(this, port);
    }

    /**
     * Replaces the port of that name; its OpenFlow number stays unless {@code port.ofPort()} is another one but 0.
     *
     * @throws IllegalArgumentException
     *             if there is no such port, or the number is taken or none
     */
    public PortInfo updatePort(PortInfo port) {
        return ofproto.updatePort(this, port);
    }

    /** Removes a port; false if there is none of that name. */
    public boolean removePort(String portName) {
        return ofproto.removePort(this, portName);
    }

    /** The ports, by OpenFlow number. */
    public List<PortInfo> ports() {
        return portList().list();
    }

    public @Nullable PortInfo port(int ofPort) {
        return portList().byNumber(ofPort);
    }

    public @Nullable PortInfo port(String portName) {
        return portList().byName(portName);
    }

    /** The ports' names, as flow texts may use them; always the current ones. Thread rules: any thread. */
    public PortNames portNames() {
        return new PortNames() {
            @Override
            public int numberOf(String portName) {
                PortInfo port = port(portName);
                return port == null ? -1 : port.ofPort();
            }

            @Override
            public @Nullable String nameOf(int number) {
                PortInfo port = port(number);
                return port == null ? null : port.name();
            }
        };
    }

    /** Counters of a patch port; null if there is none of that name. */
    public @Nullable PatchStats patchStats(String portName) {
        return patchStats.get(portName);
    }

    PortList portList() {
        return ports.getAcquire();
    }

    void setPortList(PortList list) {
        ports.setRelease(list);
    }

    /** The number that a port that is being added gets; under the switch's lock. */
    int giveNumber(PortInfo port) {
        return portNumbers.give(this, portList(), port);
    }

    /** Counts for a patch port from now on, until it is forgotten; under the switch's lock, as the next. */
    void keepPatchStats(String portName) {
        patchStats.putIfAbsent(portName, new PatchStats(name, portName));
    }

    void forgetPatchStats(String portName) {
        patchStats.remove(portName);
    }

    // --- flows ---------------------------------------------------------------------------------------------------------------------------

    /**
     * Applies changes in order; lookups see all that the batch does to flows or nothing of it.
     *
     * @param mods
     *            the batch
     * @param atomic
     *            whether one that fails undoes the whole batch; else each stands for itself
     * @return one result per change
     * @throws RuntimeException
     *             if {@code mods} throws it; then nothing is applied
     */
    public List<FlowModResult> apply(List<? extends TableMod> mods, boolean atomic) {
        return apply(mods, atomic, ChangeOrigin.NONE);
    }

    /** As {@link #apply(List, boolean)}, by request of a controller. */
    public List<FlowModResult> apply(List<? extends TableMod> mods, boolean atomic, ChangeOrigin origin) {
        List<FlowModResult> results = new ArrayList<>(mods.size());
        FlowModBatch batch;
        boolean changed;
        long nowNs;
        lock.lock();
        try {
            nowNs = ofproto.nowNs();
            batch = new FlowModBatch(tables, facilities, nowNs);
            FlowModResult failure;
            try {
                failure = applyAll(mods, atomic, batch, results);
            } catch (RuntimeException | Error e) {
                batch.rollBack(); // else the next batch would publish what this one has done
                ofproto.changed();
                throw e;
            }
            if (failure != null) {
                batch.rollBack();
                int culprit = results.size();
                for (int i = 0; i < culprit; i++) {
                    results.set(i, FlowModResult.NOT_APPLIED);
                }
                results.add(failure);
                while (results.size() < mods.size()) {
                    results.add(FlowModResult.NOT_APPLIED);
                }
            }
            changed = !batch.isEmpty(); // one that is rolled back, too: a translation may have missed a meter
            if (changed && failure == null) {
                batch.publish(origin);
                batch.commit();
            }
        } finally {
            unlock();
        }
        if (changed) {
            ofproto.changed();
            report(batch, nowNs);
        }
        return results;
    }

    /**
     * Makes the flows those of a list; lookups see all of the change or nothing of it. Flows that are there just so are left alone.
     *
     * @param wanted
     *            additions; of those for the same table, priority and match the last one counts
     * @param readd
     *            add flows that are there just so, too: their counters start anew
     * @param atomic
     *            whether one that fails undoes everything
     * @param form
     *            a single protocol, in whose form actions are compared
     * @param origin
     *            whose request it is
     * @return one result per wanted flow
     */
    public List<FlowModResult> replace(List<FlowMod> wanted, boolean readd, boolean atomic, Protocols form,
            ChangeOrigin origin) {
        lock.lock();
        try {
            FlowReplacement replacement = new FlowReplacement(tables, wanted, readd, form);
            return replacement.resultsOf(apply(replacement.changes(), atomic, origin), wanted.size());
        } finally {
            unlock();
        }
    }

    /** The failure of an atomic batch, or null. */
    private static @Nullable FlowModResult applyAll(List<? extends TableMod> mods, boolean atomic, FlowModBatch batch,
            List<FlowModResult> results) {
        for (TableMod mod : mods) {
            try {
                batch.apply(mod);
                results.add(FlowModResult.OK);
            } catch (FlowModException e) {
                FlowModResult failed = FlowModResult.failed(e.error(), e.culprit());
                if (atomic) {
                    return failed;
                }
                results.add(failed);
            }
        }
        return null;
    }

    /** Tells of flows that have gone, once their counters are final; their removal is published. */
    private void report(FlowModBatch batch, long nowNs) {
        for (FlowModBatch.Report report : batch.reports()) {
            ofproto.flowRemovals().removed(this, report.rule(), report.reason(), nowNs);
        }
    }

    /** The flows that the filter takes, all of one version: by table, then by descending priority. */
    private List<Rule> select(FlowFilter filter) {
        List<Rule> rules = trySelect(filter);
        for (int i = 1; rules == null && i < LOCK_FREE_SELECTIONS; i++) {
            rules = trySelect(filter);
        }
        if (rules == null) {
            lock.lock();
            try {
                rules = tables.select(filter, tables.version());
            } finally {
                unlock();
            }
        }
        if (FlowModBatch.hasOutput(filter.outPort(), filter.outGroup())) {
            rules.removeIf(rule -> !ActionChecker.outputsTo(rule.actions(), filter.outPort(), filter.outGroup()));
        }
        return rules;
    }

    /** Null if a purge has overtaken it. */
    private @Nullable List<Rule> trySelect(FlowFilter filter) {
        long version = tables.version();
        List<Rule> rules = tables.select(filter, version);
        return tables.isStale(version) ? null : rules;
    }

    /**
     * The flows that the filter takes, all as of one moment: by table, then by descending priority. Each is read when it is asked for.
     */
    public Iterator<FlowStats> flowIterator(FlowFilter filter) {
        long nowNs = ofproto.nowNs();
        Iterator<Rule> rules = select(filter).iterator();
        return new Iterator<>() {
            @Override
            public boolean hasNext() {
                return rules.hasNext();
            }

            @Override
            public FlowStats next() {
                return rules.next().toStats(nowNs);
            }
        };
    }

    /** The flows that the filter takes: by table, then by descending priority. */
    public List<FlowStats> flows(FlowFilter filter) {
        List<FlowStats> flows = new ArrayList<>();
        flowIterator(filter).forEachRemaining(flows::add);
        return flows;
    }

    public FlowAggregate aggregate(FlowFilter filter) {
        long[] sums = new long[3];
        for (Rule rule : select(filter)) {
            sums[0] += rule.stats().packets();
            sums[1] += rule.stats().bytes();
            sums[2]++;
        }
        return new FlowAggregate(sums[0], sums[1], sums[2]);
    }

    /**
     * Begins to tell of flows that appear, change and go.
     *
     * @param wish
     *            what to tell
     * @param ownId
     *            gives the election id whose changes are the owner's own, 0 for none
     * @param wake
     *            called when there may be events; see {@link FlowMonitor}
     */
    public FlowMonitor monitor(FlowMonitor.Wish wish, LongSupplier ownId, Runnable wake) {
        FlowMonitor monitor = new FlowMonitor(wish, tables.monitors(), ownId, wake, ofproto::nowNs);
        tables.monitors().start(monitor, tables, this::locked);
        return monitor;
    }

    private void locked(Runnable work) {
        lock.lock();
        try {
            work.run();
        } finally {
            unlock();
        }
    }

    // --- groups --------------------------------------------------------------------------------------------------------------------------

    /** The groups as additions that would make them, by number; {@code GroupMod.ALL_GROUPS} for all. */
    public List<GroupMod> groups(int group) {
        return tables.groups().all(group, tables.version()).stream().map(Group::content).toList();
    }

    /** Counters of a group, or of all ({@code GroupMod.ALL_GROUPS}), by number. */
    public List<GroupStats> groupStats(int group) {
        long nowNs = ofproto.nowNs();
        Map<Integer, Integer> references = new HashMap<>();
        List<Group> wanted;
        lock.lock();
        try {
            GroupTable table = tables.groups();
            wanted = table.all(group, tables.version());
            for (Group from : table.all(tables.version())) {
                Set<Integer> led = new HashSet<>();
                GroupReferences.forEach(from, led::add);
                led.forEach(to -> references.merge(to, 1, Integer::sum));
            }
            wanted.forEach(to -> references.merge(to.number(), table.userCount(to.number()), Integer::sum));
        } finally {
            unlock();
        }
        return wanted.stream().map(one -> one.toStats(references.getOrDefault(one.number(), 0), nowNs)).toList();
    }

    // --- meters --------------------------------------------------------------------------------------------------------------------------

    MeterTable meters() {
        return meters;
    }

    Facilities facilities() {
        return facilities;
    }

    /**
     * Meters by number, the virtual ones last.
     *
     * @param id
     *            one, or {@code MeterConfig.ALL}
     * @throws FlowModException
     *             if there is no such meter
     */
    public List<MeterConfig> meters(int id) {
        return meters.meters(id).stream().map(Meter::config).toList();
    }

    /** What meters have counted; see {@link #meters(int)}. */
    public List<MeterStats> meterStats(int id) {
        long nowNs = ofproto.nowNs();
        return meters.meters(id).stream().map(meter -> meter.stats(nowNs)).toList();
    }

    /** Gives up what the bridge holds of the datapath. */
    void close() {
        lock.lock();
        try {
            tables.monitors().end();
            meters.close();
        } finally {
            unlock();
        }
    }

    // --- tables --------------------------------------------------------------------------------------------------------------------------

    /** How many flows there are. */
    public int flowCount() {
        int count = 0;
        for (int i = 0; i < TABLES; i++) {
            count += tables.table(i).flows();
        }
        return count;
    }

    /** Counters and settings of the tables that flow-mods may use, by number. */
    public List<TableStats> tableStats() {
        List<TableStats> stats = new ArrayList<>();
        for (int i = 0; i < ReservedTable.NUMBER; i++) {
            RuleTable table = tables.table(i);
            stats.add(new TableStats(i, table.config().name(), table.flows(), table.lookups.sum(), table.matches.sum(),
                    table.maxFlows(), table.evicts()));
        }
        return stats;
    }

    /** What flows can be. */
    public TableFeatures tableFeatures() {
        return TableFeatures.of(facilities);
    }

    /**
     * Configures a table. If it evicts and holds too many flows, those go that may; else flows that are there stay.
     *
     * @throws FlowModException
     *             if there is no such table
     */
    public void setTable(int table, TableConfig config) {
        TableConfig.checkNumber(table);
        FlowModBatch batch;
        long nowNs;
        lock.lock();
        try {
            nowNs = ofproto.nowNs();
            tables.table(table).setConfig(config);
            batch = new FlowModBatch(tables, facilities, nowNs);
            batch.evictAll();
            if (!batch.isEmpty()) {
                batch.publish();
            }
        } finally {
            unlock();
        }
        if (!batch.isEmpty()) {
            ofproto.changed();
            report(batch, nowNs);
        }
    }

    /** Whether packets whose TTL ended at {@code dec_ttl} go to the controllers. Off at first, as OpenFlow has it. */
    public void setInvalidTtlToController(boolean on) {
        if (on != invalidTtlToController) {
            invalidTtlToController = on;
            ofproto.changed();
        }
    }

    boolean isInvalidTtlToController() {
        return invalidTtlToController;
    }

    /** Learned MAC addresses. */
    public MacTable macTable() {
        return macTable;
    }

    RuleTables tables() {
        return tables;
    }

    FlowLearner learner() {
        return learner;
    }

    /** What has become of the flows that {@code learn} was to make. */
    public LearnCounts learnCounts() {
        return learner.counts();
    }

    /** Removes flows and MAC addresses whose time is over. */
    int expire(long nowNs, long creditedNs) {
        int count;
        FlowModBatch batch;
        lock.lock();
        try {
            List<Rule> over = tables.expired(nowNs, creditedNs);
            count = over.size();
            batch = new FlowModBatch(tables, facilities, nowNs);
            if (count > 0) {
                for (Rule rule : over) {
                    batch.remove(rule, rule.isOver(nowNs) ? Reason.HARD_TIMEOUT : Reason.IDLE_TIMEOUT);
                }
                batch.publish();
            }
            tables.purgeOld(nowNs);
        } finally {
            unlock();
        }
        if (count > 0) {
            ofproto.changed();
            report(batch, nowNs);
        }
        return count + macTable.expire(nowNs);
    }

    @Override
    public String toString() {
        return "bridge " + name;
    }
}
