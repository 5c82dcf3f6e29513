package dev.turnout.ofproto;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

import dev.turnout.openflow.GroupMod;
import org.jspecify.annotations.Nullable;

/**
 * A bridge's groups, in the versions of its flow tables: what a batch does to flows and groups is seen in one step. Of each number there is a chain of
 * what it has meant, the newest first, until {@link #purge}.
 *
 * <p>It also knows which flows use a group, since they go with it.
 *
 * <p>Thread rules: {@link #find}, {@link #all} from any thread, without locks; everything else under the bridge's lock.
 */
final class GroupTable {
    /** Most groups of a bridge. */
    static final int MAX_GROUPS = 1 << 20;
    /** Most buckets of a group. */
    static final int MAX_BUCKETS = 4096;

    private final ConcurrentHashMap<Integer, Group> newest = new ConcurrentHashMap<>();
    private final Map<Integer, Set<Rule>> users = new HashMap<>();
    /** Numbers that have meant something else before. */
    private final Set<Integer> changed = new HashSet<>();
    private int size;

    /** What the number means in that version, or null. */
    @Nullable
    Group find(int number, long version) {
        for (Group group = newest.get(number); group != null; group = group.older()) {
            if (group.isVisible(version)) {
                return group;
            }
        }
        return null;
    }

    /** All groups of a version, by number. */
    List<Group> all(long version) {
        List<Group> all = new ArrayList<>();
        for (Integer number : newest.keySet()) {
            Group group = find(number, version);
            if (group != null) {
                all.add(group);
            }
        }
        all.sort(Comparator.comparing(Group::number, Integer::compareUnsigned));
        return all;
    }

    /** The group of that number in a version, or none; {@code GroupMod.ALL_GROUPS} for all. */
    List<Group> all(int number, long version) {
        if (number == GroupMod.ALL_GROUPS) {
            return all(version);
        }
        Group group = find(number, version);
        return group == null ? List.of() : List.of(group);
    }

    /** How many there are in the version that is being written. */
    int size() {
        return size;
    }

    // --- the writer's side ---------------------------------------------------------------------------------------------------------------

    /** The newest entry of the number, visible or not. */
    @Nullable
    Group latest(int number) {
        return newest.get(number);
    }

    /** Adds a group whose {@link Group#older} is the {@link #latest}; {@code former} is the visible one that it replaces, if any. */
    void put(Group group, @Nullable Group former, long version) {
        if (former != null) {
            former.setRemoveVersion(version);
        } else {
            size++;
        }
        newest.put(group.number(), group);
        changed.add(group.number());
    }

    void undoPut(Group group, @Nullable Group former) {
        Group older = group.older();
        if (older == null) {
            newest.remove(group.number());
        } else {
            newest.put(group.number(), older);
        }
        if (former != null) {
            former.setRemoveVersion(Rule.NEVER);
        } else {
            size--;
        }
    }

    void remove(Group group, long version) {
        group.setRemoveVersion(version);
        changed.add(group.number());
        size--;
    }

    void undoRemove(Group group) {
        group.setRemoveVersion(Rule.NEVER);
        size++;
    }

    /** Whether there is something to purge. */
    boolean hasOld() {
        return !changed.isEmpty();
    }

    /** Forgets what no reader of {@code version} or later sees. */
    void purge(long version) {
        for (Integer number : changed) {
            Group group = newest.get(number);
            if (group != null && group.removeVersion() <= version) {
                newest.remove(number);
            } else {
                cut(group, version);
            }
        }
        changed.clear();
    }

    private static void cut(@Nullable Group newestOne, long version) {
        for (Group group = newestOne; group != null; group = group.older()) {
            Group older = group.older();
            if (older != null && older.removeVersion() <= version) {
                group.forgetOlder();
            }
        }
    }

    // --- who uses them -------------------------------------------------------------------------------------------------------------------

    void used(Rule rule) {
        GroupReferences.forEach(rule.actions(),
                group -> users.computeIfAbsent(group, _ -> new LinkedHashSet<>()).add(rule));
    }

    void unused(Rule rule) {
        GroupReferences.forEach(rule.actions(), group -> {
            Set<Rule> rules = users.get(group);
            if (rules != null) {
                rules.remove(rule);
                if (rules.isEmpty()) {
                    users.remove(group);
                }
            }
        });
    }

    /** The flows of the version that is being written that lead to the group. */
    List<Rule> users(int group) {
        return List.copyOf(users.getOrDefault(group, Set.of()));
    }

    /** How many flows lead to the group. */
    int userCount(int group) {
        return users.getOrDefault(group, Set.of()).size();
    }
}
