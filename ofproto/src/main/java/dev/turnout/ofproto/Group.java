package dev.turnout.ofproto;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

import dev.turnout.openflow.GroupBucket;
import dev.turnout.openflow.GroupMod;
import dev.turnout.openflow.GroupSelection;
import dev.turnout.openflow.GroupType;
import dev.turnout.openflow.OfAction;
import org.jspecify.annotations.Nullable;

/**
 * A group as it is in a span of versions of the tables: a change replaces it, and the newer one knows the older.
 *
 * <p>Thread rules: immutable but for {@code removeVersion} and the counters; any thread reads.
 */
final class Group {
    private static final VarHandle REMOVED;
    private static final VarHandle OLDER;

    static {
        try {
            MethodHandles.Lookup lookup = MethodHandles.lookup();
            REMOVED = lookup.findVarHandle(Group.class, "removeVersion", long.class);
            OLDER = lookup.findVarHandle(Group.class, "older", Group.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    /** A bucket: its actions in the order in which an action set is executed, and its counter. */
    record Bucket(GroupBucket given, List<OfAction> ordered, HitCounter hits) {
        static Bucket of(GroupBucket given) {
            return new Bucket(given, ActionSet.inOrder(given.actions()), new HitCounter());
        }
    }

    private final GroupMod content;
    private final List<Bucket> buckets;
    private final HitCounter hits;
    private final long createdNs;
    private final long addVersion;
    private final HashSlots slots;
    /** First version that does not have it; by REMOVED. */
    @SuppressWarnings("unused")
    private long removeVersion = Rule.NEVER;
    /** What the number meant before; written under the bridge's lock, by OLDER. */
    @SuppressWarnings("unused")
    private @Nullable Group older;

    private Group(GroupMod content, List<Bucket> buckets, HitCounter hits, long createdNs, long addVersion,
            @Nullable Group older) {
        this.content = content;
        this.buckets = List.copyOf(buckets);
        this.hits = hits;
        this.createdNs = createdNs;
        this.addVersion = addVersion;
        this.older = older;
        slots = content.type() == GroupType.SELECT ? HashSlots.of(content.buckets()) : HashSlots.NONE;
    }

    /** A new group. */
    static Group added(GroupMod content, long version, long nowNs, @Nullable Group older) {
        return new Group(content, content.buckets().stream().map(Bucket::of).toList(), new HitCounter(), nowNs, version,
                older);
    }

    /** Another content under the same number: counters begin anew, the age does not. */
    Group modified(GroupMod to, long version) {
        return new Group(to, to.buckets().stream().map(Bucket::of).toList(), new HitCounter(), createdNs, version,
                this);
    }

    /** Other buckets; those that were there before keep their counters, as the group does. */
    Group withBuckets(List<GroupBucket> given, long version) {
        Map<Integer, Bucket> known = new HashMap<>();
        buckets.forEach(bucket -> known.put(bucket.given.id(), bucket));
        List<Bucket> now = new ArrayList<>();
        for (GroupBucket bucket : given) {
            Bucket former = known.get(bucket.id());
            now.add(former != null && former.given.equals(bucket) ? former : Bucket.of(bucket));
        }
        GroupMod changed = GroupMod.add(content.group(), content.type(), content.selection(), given);
        return new Group(changed, now, hits, createdNs, version, this);
    }

    GroupStats toStats(int references, long nowNs) {
        return new GroupStats(number(), references, hits.packets(), hits.bytes(), nowNs - createdNs, buckets.stream()
                .map(bucket -> new GroupStats.Bucket(bucket.hits.packets(), bucket.hits.bytes())).toList());
    }

    int number() {
        return content.group();
    }

    GroupType type() {
        return content.type();
    }

    GroupSelection selection() {
        return content.selection();
    }

    /** The group as an addition that would make it. */
    GroupMod content() {
        return content;
    }

    List<Bucket> buckets() {
        return buckets;
    }

    HitCounter hits() {
        return hits;
    }

    long createdNs() {
        return createdNs;
    }

    /** Of a select group: which bucket a datapath hash means. */
    HashSlots slots() {
        return slots;
    }

    boolean isVisible(long version) {
        return addVersion <= version && version < removeVersion();
    }

    long removeVersion() {
        return (long) REMOVED.getAcquire(this);
    }

    void setRemoveVersion(long version) {
        REMOVED.setRelease(this, version);
    }

    @Nullable
    Group older() {
        return (Group) OLDER.getAcquire(this);
    }

    void forgetOlder() {
        OLDER.setRelease(this, null);
    }
}
