package dev.turnout.openflow;

import java.util.List;

/**
 * A change to the group table: OpenFlow's group-mod. Additions carry a whole group; so do listings.
 *
 * @param command
 *            what to do
 * @param group
 *            0 to {@link #MAX_GROUP}, or {@link #ALL_GROUPS}
 * @param type
 *            of additions and modifications; else {@link GroupType#ALL}
 * @param commandBucket
 *            of {@link Command#INSERT_BUCKETS} and {@link Command#REMOVE_BUCKETS}: a bucket's id, or {@link #FIRST_BUCKET}, {@link #LAST_BUCKET},
 *            {@link #ALL_BUCKETS}; else {@link #ALL_BUCKETS}
 * @param selection
 *            how a select group hashes
 * @param buckets
 *            its buckets, or those to insert
 */
public record GroupMod(Command command, int group, GroupType type, int commandBucket, GroupSelection selection,
        List<GroupBucket> buckets) implements TableMod {
    /** Largest number of a group, unsigned. */
    public static final int MAX_GROUP = 0xffffff00;
    /** For deletions: every group. */
    public static final int ALL_GROUPS = 0xfffffffc;
    /** Before the first bucket, or the first bucket. */
    public static final int FIRST_BUCKET = 0xfffffffd;
    /** After the last bucket, or the last bucket. */
    public static final int LAST_BUCKET = 0xfffffffe;
    /** Every bucket. */
    public static final int ALL_BUCKETS = 0xffffffff;

    /** OpenFlow's commands, and those of its version 1.5. */
    public enum Command {
        ADD("add"), MODIFY("modify"), ADD_OR_MODIFY("add_or_mod"), DELETE("delete"), INSERT_BUCKETS(
                "insert_bucket"), REMOVE_BUCKETS("remove_bucket");

        private final String keyword;

        Command(String keyword) {
            this.keyword = keyword;
        }

        /** The word that begins a line of a file of groups. */
        public String keyword() {
            return keyword;
        }

        boolean hasGroup() {
            return this == ADD || this == MODIFY || this == ADD_OR_MODIFY;
        }
    }

    public GroupMod {
        buckets = List.copyOf(buckets);
    }

    /** An addition. */
    public static GroupMod add(int group, GroupType type, GroupSelection selection, List<GroupBucket> buckets) {
        return new GroupMod(Command.ADD, group, type, ALL_BUCKETS, selection, buckets);
    }

    /** A deletion, perhaps of {@link #ALL_GROUPS}. */
    public static GroupMod delete(int group) {
        return new GroupMod(Command.DELETE, group, GroupType.ALL, ALL_BUCKETS, GroupSelection.DEFAULT, List.of());
    }
}
