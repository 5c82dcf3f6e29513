package dev.turnout.ofctl.flows;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

import dev.turnout.flow.Json;
import dev.turnout.ofctl.CliException;
import dev.turnout.ofctl.Console;
import dev.turnout.openflow.GroupMod;
import dev.turnout.openflow.GroupParser;
import dev.turnout.openflow.GroupPrinter;
import dev.turnout.openflow.GroupType;
import dev.turnout.openflow.PortNames;
import dev.turnout.openflow.Protocols;
import dev.turnout.v1.BucketStats;
import dev.turnout.v1.Group;
import dev.turnout.v1.GroupFeatures;
import dev.turnout.v1.GroupFeaturesQuery;
import dev.turnout.v1.GroupQuery;
import dev.turnout.v1.GroupStats;
import dev.turnout.v1.GroupTypeFeatures;
import dev.turnout.v1.ReadRequest;

/**
 * {@code dump-groups}, {@code dump-group-stats} and {@code dump-group-features}, in the words of {@code ovs-ofctl}.
 *
 * <p>Thread rules: one owner.
 */
final class GroupListing {
    /** Bits of the capabilities, OpenFlow 1.3.5, 7.3.5.11. */
    private static final List<String> CAPABILITIES = List.of("select_weight", "select_liveness", "chaining",
            "chaining_checks");
    /** In the order of OpenFlow's numbers. */
    private static final List<String> TYPES = Arrays.stream(GroupType.values()).map(GroupType::keyword).toList();

    private final Console console;
    private final BridgeClient bridge;
    private final Settings settings;

    GroupListing(Console console, BridgeClient bridge, Settings settings) {
        this.console = console;
        this.bridge = bridge;
        this.settings = settings;
    }

    private void title(String message, String xid) {
        String prefix = settings.isOpenFlow10() ? "NXST_" : "OFPST_";
        console.out().println(settings.title(prefix + message + " reply", xid));
    }

    private static GroupQuery.Builder query(int group) {
        GroupQuery.Builder query = GroupQuery.newBuilder();
        return group == GroupMod.ALL_GROUPS ? query : query.setGroupId(group);
    }

    /** All groups, or the one with this number. */
    void groups(String number) {
        int group = number.isEmpty() ? GroupMod.ALL_GROUPS : GroupParser.groupNumber(number);
        List<Group> groups = new ArrayList<>();
        bridge.read(ReadRequest.newBuilder().setGroups(query(group)),
                response -> groups.addAll(response.getGroupsList()));
        if (settings.json()) {
            Json json = new Json().array();
            groups.forEach(one -> json.object().field("group_id", Integer.toUnsignedLong(one.getGroupId()))
                    .field("text", one.getText()).endObject());
            console.out().println(json.endArray());
            return;
        }
        title("GROUP_DESC", "0x2");
        PortNames names = settings.shownNames(bridge);
        GroupParser parser = new GroupParser(PortNames.NONE, Protocols.ANY);
        for (Group one : groups) {
            console.out().println(" " + GroupPrinter.text(parser.parse(one.getText(), GroupMod.Command.ADD), names,
                    settings.shown()));
        }
    }

    /** Counters of all groups, or of the one that {@code group_id=N} names. */
    void stats(String text) {
        int group = new GroupParser(bridge, settings.allowed()).parse(text, GroupMod.Command.DELETE).group();
        List<GroupStats> all = new ArrayList<>();
        bridge.read(ReadRequest.newBuilder().setGroupStats(query(group)),
                response -> all.addAll(response.getGroupStatsList()));
        if (settings.json()) {
            Json json = new Json().array();
            all.forEach(stats -> json(json, stats));
            console.out().println(json.endArray());
            return;
        }
        title("GROUP", "0x6");
        for (GroupStats stats : all) {
            StringBuilder line = new StringBuilder(" group_id=").append(Integer.toUnsignedString(stats.getGroupId()));
            if (hasDurations()) {
                line.append(",duration=").append(StatsText.seconds(stats.getDurationNs())).append('s');
            }
            line.append(",ref_count=").append(stats.getRefCount());
            append(line.append(','), stats.getPackets(), stats.getBytes());
            for (int i = 0; i < stats.getBucketsCount(); i++) {
                BucketStats bucket = stats.getBuckets(i);
                append(line.append(",bucket").append(i).append(':'), bucket.getPackets(), bucket.getBytes());
            }
            console.out().println(line);
        }
    }

    /** OpenFlow 1.1 and 1.2 have no durations of groups; for 1.0 they are an extension's. */
    private boolean hasDurations() {
        return settings.isOpenFlow10() || Protocols.OPENFLOW13_UP.contains(settings.shown());
    }

    private static void append(StringBuilder line, long packets, long bytes) {
        line.append("packet_count=").append(Long.toUnsignedString(packets)).append(",byte_count=")
                .append(Long.toUnsignedString(bytes));
    }

    private static void json(Json json, GroupStats stats) {
        json.object().field("group_id", Integer.toUnsignedLong(stats.getGroupId()))
                .field("ref_count", stats.getRefCount()).field("packets", stats.getPackets())
                .field("bytes", stats.getBytes()).name("duration").seconds(stats.getDurationNs()).name("buckets")
                .array();
        for (BucketStats bucket : stats.getBucketsList()) {
            json.object().field("packets", bucket.getPackets()).field("bytes", bucket.getBytes()).endObject();
        }
        json.endArray().endObject();
    }

    void features() {
        GroupFeatures[] found = new GroupFeatures[1];
        bridge.read(ReadRequest.newBuilder().setGroupFeatures(GroupFeaturesQuery.getDefaultInstance()),
                response -> found[0] = response.getGroupFeatures());
        GroupFeatures features = found[0];
        if (features == null) {
            throw new CliException("the switch did not say what its groups can be");
        }
        if (settings.json()) {
            json(features);
            return;
        }
        title("GROUP_FEATURES", "0x2");
        int types = bits(TYPES, features.getTypesList().stream().map(GroupTypeFeatures::getType).toList());
        int capabilities = bits(CAPABILITIES, features.getCapabilitiesList());
        StringBuilder text = new StringBuilder(" Group table:\n    Types:  0x").append(Integer.toHexString(types))
                .append("\n    Capabilities:  0x").append(Integer.toHexString(capabilities)).append('\n');
        for (GroupTypeFeatures type : features.getTypesList()) {
            String name = type.getType().equals("ff") ? "fast failover" : type.getType();
            text.append("    ").append(name).append(" group:\n       max_groups=0x")
                    .append(Integer.toHexString(type.getMaxGroups())).append("\n       actions: ")
                    .append(String.join(" ", type.getActionsList())).append('\n');
        }
        console.out().print(text);
    }

    /** A bit for each name that is present, by its place among the known ones. */
    private static int bits(List<String> known, List<String> present) {
        int bits = 0;
        for (int i = 0; i < known.size(); i++) {
            bits |= present.contains(known.get(i)) ? 1 << i : 0;
        }
        return bits;
    }

    private void json(GroupFeatures features) {
        Json json = new Json().object().name("capabilities").array();
        features.getCapabilitiesList().forEach(json::value);
        json.endArray().name("types").array();
        for (GroupTypeFeatures type : features.getTypesList()) {
            json.object().field("type", type.getType()).field("max_groups", Integer.toUnsignedLong(type.getMaxGroups()))
                    .name("actions").array();
            type.getActionsList().forEach(json::value);
            json.endArray().endObject();
        }
        console.out().println(json.endArray().endObject());
    }
}
