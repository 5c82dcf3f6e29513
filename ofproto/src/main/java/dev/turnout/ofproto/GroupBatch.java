package dev.turnout.ofproto;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;

import dev.turnout.openflow.GroupBucket;
import dev.turnout.openflow.GroupMod;
import dev.turnout.openflow.GroupSelection;
import dev.turnout.openflow.GroupType;
import dev.turnout.openflow.OfError;
import org.jspecify.annotations.Nullable;

/**
 * The group-mods of a batch on their way into the table: OpenFlow's semantics, with the errors of Open vSwitch. Two things are stricter than there:
 * groups that would lead to or watch each other in a circle are refused, and so are actions that a bucket could not execute.
 *
 * <p>Thread rules: one owner, who holds the bridge's lock.
 */
final class GroupBatch {
    private record Change(@Nullable Group added, @Nullable Group removed) {
    }

    private final GroupTable table;
    private final long version;
    private final long nowNs;
    private final Facilities facilities;
    private final Consumer<Rule> removeFlow;
    private final List<Change> log = new ArrayList<>();

    /** {@code removeFlow} takes a flow out that used a group which goes. */
    GroupBatch(GroupTable table, Facilities facilities, long version, long nowNs, Consumer<Rule> removeFlow) {
        this.table = table;
        this.facilities = facilities;
        this.version = version;
        this.nowNs = nowNs;
        this.removeFlow = removeFlow;
    }

    boolean isEmpty() {
        return log.isEmpty();
    }

    /** Applies one. @throws FlowModException if it is refused; then it changed nothing */
    void apply(GroupMod mod) {
        switch (mod.command()) {
            case ADD -> add(mod);
            case MODIFY -> modify(mod, false);
            case ADD_OR_MODIFY -> modify(mod, true);
            case DELETE -> delete(mod.group());
            case INSERT_BUCKETS -> insertBuckets(mod);
            case REMOVE_BUCKETS -> removeBuckets(mod);
        }
    }

    void rollBack() {
        for (int i = log.size() - 1; i >= 0; i--) {
            Change change = log.get(i);
            if (change.added != null) {
                table.undoPut(change.added, change.removed);
            } else if (change.removed != null) {
                table.undoRemove(change.removed);
            }
        }
    }

    private static String name(int group) {
        return "group_id=" + Integer.toUnsignedString(group);
    }

    private void add(GroupMod mod) {
        check(mod);
        if (table.find(mod.group(), version) != null) {
            throw new FlowModException(OfError.OFPGMFC_GROUP_EXISTS, name(mod.group()) + ": there is such a group");
        }
        if (table.size() >= GroupTable.MAX_GROUPS) {
            throw new FlowModException(OfError.OFPGMFC_OUT_OF_GROUPS,
                    name(mod.group()) + ": there are " + GroupTable.MAX_GROUPS + " groups already");
        }
        put(Group.added(asAddition(mod), version, nowNs, table.latest(mod.group())), null);
    }

    private static GroupMod asAddition(GroupMod mod) {
        return GroupMod.add(mod.group(), mod.type(), mod.selection(), mod.buckets());
    }

    private Group present(int group) {
        Group present = table.find(group, version);
        if (present == null) {
            throw new FlowModException(OfError.OFPGMFC_UNKNOWN_GROUP, name(group) + ": there is no such group");
        }
        return present;
    }

    private void modify(GroupMod mod, boolean mayCreate) {
        if (mayCreate && table.find(mod.group(), version) == null) {
            add(mod);
            return;
        }
        check(mod);
        Group old = present(mod.group());
        put(old.modified(asAddition(mod), version), old);
    }

    private void put(Group group, @Nullable Group former) {
        checkLoop(group);
        table.put(group, former, version);
        log.add(new Change(group, former));
    }

    private void delete(int number) {
        for (Group group : table.all(number, version)) {
            table.users(group.number()).forEach(removeFlow);
            table.remove(group, version);
            log.add(new Change(null, group));
        }
    }

    private void insertBuckets(GroupMod mod) {
        Group old = present(mod.group());
        List<GroupBucket> buckets = new ArrayList<>(old.content().buckets());
        int at = switch (mod.commandBucket()) {
            case GroupMod.FIRST_BUCKET -> 0;
            case GroupMod.LAST_BUCKET, GroupMod.ALL_BUCKETS -> buckets.size();
            default -> indexOf(old, mod.commandBucket());
        };
        Set<Integer> ids = new HashSet<>();
        buckets.forEach(bucket -> ids.add(bucket.id()));
        List<GroupBucket> added = new ArrayList<>();
        int next = 0;
        for (GroupBucket bucket : mod.buckets()) {
            GroupBucket numbered = bucket;
            if (bucket.id() == GroupBucket.UNNUMBERED) {
                while (ids.contains(next)) {
                    next++;
                }
                numbered = bucket.withId(next);
            }
            if (!ids.add(numbered.id())) {
                throw new FlowModException(OfError.OFPGMFC_BUCKET_EXISTS, name(mod.group()) + ",bucket_id="
                        + Integer.toUnsignedString(numbered.id()) + ": the group has such a bucket");
            }
            added.add(numbered);
        }
        buckets.addAll(at, added);
        replaceBuckets(old, buckets);
    }

    private void removeBuckets(GroupMod mod) {
        Group old = present(mod.group());
        List<GroupBucket> buckets = new ArrayList<>(old.content().buckets());
        switch (mod.commandBucket()) {
            case GroupMod.ALL_BUCKETS -> buckets.clear();
            case GroupMod.FIRST_BUCKET -> {
                if (!buckets.isEmpty()) {
                    buckets.removeFirst();
                }
            }
            case GroupMod.LAST_BUCKET -> {
                if (!buckets.isEmpty()) {
                    buckets.removeLast();
                }
            }
            default -> buckets.remove(indexOf(old, mod.commandBucket()));
        }
        replaceBuckets(old, buckets);
    }

    private static int indexOf(Group group, int bucketId) {
        for (int i = 0; i < group.buckets().size(); i++) {
            if (group.buckets().get(i).given().id() == bucketId) {
                return i;
            }
        }
        throw new FlowModException(OfError.OFPGMFC_UNKNOWN_BUCKET, name(group.number()) + ",command_bucket_id="
                + Integer.toUnsignedString(bucketId) + ": the group has no such bucket");
    }

    private void replaceBuckets(Group old, List<GroupBucket> buckets) {
        check(GroupMod.add(old.number(), old.type(), old.selection(), buckets));
        put(old.withBuckets(buckets, version), old);
    }

    // --- checks --------------------------------------------------------------------------------------------------------------------------

    /** What the group itself must be, whatever others there are. */
    private void check(GroupMod mod) {
        String name = name(mod.group());
        if (Integer.compareUnsigned(mod.group(), GroupMod.MAX_GROUP) > 0) {
            throw new FlowModException(OfError.OFPGMFC_INVALID_GROUP, name + ": groups are 0 to 4294967040");
        }
        List<GroupBucket> buckets = mod.buckets();
        if (buckets.size() > GroupTable.MAX_BUCKETS) {
            throw new FlowModException(OfError.OFPGMFC_OUT_OF_BUCKETS,
                    name + ": " + buckets.size() + " buckets, at most " + GroupTable.MAX_BUCKETS);
        }
        if (mod.type() == GroupType.INDIRECT && buckets.size() != 1) {
            throw new FlowModException(OfError.OFPGMFC_INVALID_GROUP,
                    name + ": an indirect group has one bucket, not " + buckets.size());
        }
        checkSelection(mod, name);
        Set<Integer> ids = new HashSet<>();
        for (GroupBucket bucket : buckets) {
            String place = name + ",bucket_id=" + Integer.toUnsignedString(bucket.id());
            if (Integer.compareUnsigned(bucket.id(), GroupBucket.MAX_ID) > 0 || !ids.add(bucket.id())) {
                throw new FlowModException(OfError.OFPGMFC_BAD_BUCKET,
                        place + ": 0 to 4294967040 expected, each once");
            }
            if (mod.type() == GroupType.FAST_FAILOVER && !bucket.watches()) {
                throw new FlowModException(OfError.OFPGMFC_INVALID_GROUP,
                        place + ": a fast failover bucket needs watch_port or watch_group");
            }
            ActionChecker.checkBucket(bucket.actions(), facilities, place);
        }
    }

    private static void checkSelection(GroupMod mod, String name) {
        GroupSelection selection = mod.selection();
        if (selection.method().isEmpty()) {
            return;
        }
        if (mod.type() != GroupType.SELECT) {
            throw new FlowModException(OfError.OFPBPC_BAD_VALUE,
                    name + ": selection_method is for select groups only");
        }
        boolean isDpHash = selection.method().equals(GroupSelection.DP_HASH);
        if (!isDpHash && !selection.method().equals(GroupSelection.HASH)) {
            throw new FlowModException(OfError.OFPBPC_BAD_VALUE,
                    name + ": selection_method=" + selection.method() + ": hash or dp_hash expected");
        }
        if (isDpHash && selection.parameter() >>> 32 > 1) {
            throw new FlowModException(OfError.OFPBPC_BAD_VALUE, name + ": selection_method_param="
                    + Long.toUnsignedString(selection.parameter()) + ": its upper half chooses algorithm 0 or 1");
        }
    }

    /** Refuses a group that would lead to itself, by buckets' actions or by what they watch. */
    private void checkLoop(Group group) {
        Set<Integer> seen = new HashSet<>();
        ArrayDeque<Group> next = new ArrayDeque<>();
        next.add(group);
        while (!next.isEmpty()) {
            Group from = next.remove();
            GroupReferences.forEach(from, to -> {
                if (to == group.number()) {
                    throw new FlowModException(OfError.OFPGMFC_LOOP, name(group.number()) + ": leads to itself"
                            + (from == group ? "" : " by " + name(from.number())));
                }
                Group led = seen.add(to) ? table.find(to, version) : null;
                if (led != null) {
                    next.add(led);
                }
            });
        }
    }
}
