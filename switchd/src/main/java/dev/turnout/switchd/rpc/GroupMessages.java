package dev.turnout.switchd.rpc;

import java.util.Iterator;
import java.util.List;

import dev.turnout.ofproto.Bridge;
import dev.turnout.openflow.GroupMod;
import dev.turnout.openflow.GroupParser;
import dev.turnout.openflow.GroupPrinter;
import dev.turnout.openflow.GroupType;
import dev.turnout.openflow.PortNames;
import dev.turnout.openflow.Protocols;
import dev.turnout.v1.BucketStats;
import dev.turnout.v1.Group;
import dev.turnout.v1.GroupFeatures;
import dev.turnout.v1.GroupQuery;
import dev.turnout.v1.GroupStats;
import dev.turnout.v1.GroupTypeFeatures;
import dev.turnout.v1.GroupUpdate;
import dev.turnout.v1.ReadResponse;

/** Groups between messages and the OpenFlow vocabulary. */
final class GroupMessages {
    private final PortNames names;

    GroupMessages(PortNames names) {
        this.names = names;
    }

    /** Reads a change; throws FlowSyntaxException or IllegalArgumentException naming what is wrong. */
    GroupMod mod(GroupUpdate update) {
        return new GroupParser(names, Protocols.ANY).parse(update.getText(), command(update));
    }

    private static GroupMod.Command command(GroupUpdate update) {
        return switch (update.getCommand()) {
            case ADD -> GroupMod.Command.ADD;
            case MODIFY -> GroupMod.Command.MODIFY;
            case ADD_OR_MODIFY -> GroupMod.Command.ADD_OR_MODIFY;
            case DELETE -> GroupMod.Command.DELETE;
            case INSERT_BUCKETS -> GroupMod.Command.INSERT_BUCKETS;
            case REMOVE_BUCKETS -> GroupMod.Command.REMOVE_BUCKETS;
            case UNRECOGNIZED -> throw new IllegalArgumentException(
                    "group command " + update.getCommandValue() + " is unknown; expected 0 to 5");
        };
    }

    Iterator<ReadResponse> groups(Bridge bridge, GroupQuery query) {
        PortNames printed = query.getNames() ? names : PortNames.NONE;
        return ReadPages.of(bridge.groups(number(query)).iterator(), (response, group) -> response.addGroups(
                Group.newBuilder().setGroupId(group.group()).setText(GroupPrinter.text(group, printed))));
    }

    Iterator<ReadResponse> stats(Bridge bridge, GroupQuery query) {
        return ReadPages.of(bridge.groupStats(number(query)).iterator(), (response, group) -> {
            GroupStats.Builder stats = response.addGroupStatsBuilder().setGroupId(group.group())
                    .setRefCount(group.references()).setPackets(group.packets()).setBytes(group.bytes())
                    .setDurationNs(group.durationNs());
            group.buckets().forEach(bucket -> stats.addBuckets(
                    BucketStats.newBuilder().setPackets(bucket.packets()).setBytes(bucket.bytes())));
        });
    }

    private static int number(GroupQuery query) {
        return query.hasGroupId() ? query.getGroupId() : GroupMod.ALL_GROUPS;
    }

    ReadResponse features() {
        GroupFeatures.Builder features = GroupFeatures.newBuilder()
                .addAllCapabilities(List.of("select_weight", "select_liveness", "chaining", "chaining_checks"));
        for (GroupType type : GroupType.values()) {
            features.addTypes(GroupTypeFeatures.newBuilder().setType(type.keyword())
                    .setMaxGroups(Bridge.MAX_GROUPS).addAllActions(Bridge.BUCKET_ACTIONS));
        }
        return ReadResponse.newBuilder().setGroupFeatures(features).build();
    }
}
