package dev.turnout.ofproto;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;

import dev.turnout.flow.ConnectionHash;
import dev.turnout.flow.DatapathActions;
import dev.turnout.flow.DpAction;
import dev.turnout.flow.Fields;
import dev.turnout.flow.FlowKey;
import dev.turnout.flow.FlowLayout;
import dev.turnout.openflow.FlowCommand;
import dev.turnout.openflow.FlowFilter;
import dev.turnout.openflow.FlowParser;
import dev.turnout.openflow.GroupMod;
import dev.turnout.openflow.GroupMod.Command;
import dev.turnout.openflow.GroupParser;
import dev.turnout.openflow.GroupPrinter;
import dev.turnout.openflow.OfAction.PacketInReason;
import dev.turnout.openflow.OfError;
import dev.turnout.openflow.PortNames;
import dev.turnout.openflow.Protocols;
import dev.turnout.openflow.TableMod;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Groups: what group-mods do, which buckets are chosen, and what is counted. */
class GroupTest {
    private long nowNs;
    private final Ofproto ofproto = new Ofproto(() -> nowNs);
    private final Bridge bridge = ofproto.addBridge("br0", FailMode.SECURE, 1);
    private final FlowKey key = new FlowKey();

    GroupTest() {
        for (int i = 1; i <= 5; i++) {
            bridge.addPort(PortInfo.of("p" + i, "memory", i, i));
        }
        key.set(Fields.IN_PORT, 1);
        key.set(Fields.ETH_TYPE, 0x0800);
        key.set(Fields.IP_PROTO, 17);
        key.set(Fields.IPV4_SRC, 0x0a00_0001);
        key.set(Fields.IPV4_DST, 0x0a00_0002);
    }

    private static TableMod mod(String text) {
        for (Command command : Command.values()) {
            if (text.startsWith(command.keyword() + " ")) {
                return new GroupParser(PortNames.NONE, Protocols.ANY).parseLine(text);
            }
        }
        return FlowParser.parseFlowMod(text.substring("flow ".length()), FlowCommand.ADD, PortNames.NONE,
                Protocols.ANY);
    }

    private FlowModResult result(String text) {
        return bridge.apply(List.of(mod(text)), true).getFirst();
    }

    private void apply(String... texts) {
        for (String text : texts) {
            assertThat(result(text)).as(text).isEqualTo(FlowModResult.OK);
        }
    }

    private XlateOut translate() {
        return ofproto.translator().translate(new XlateIn(key, 60, 0, false, nowNs));
    }

    private List<Integer> outputs() {
        return translate().actions().actions().stream().map(action -> ((DpAction.Output) action).port()).toList();
    }

    private void setUp(int port, boolean admin, boolean link) {
        PortInfo info = bridge.ports().get(port - 1);
        bridge.updatePort(info.withState(new PortState(admin, link, 0, 0, 0)));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            modify group_id=9,type=all | OFPGMFC_UNKNOWN_GROUP | group_id=9
            add group_id=1,type=all | OFPGMFC_GROUP_EXISTS | group_id=1
            add group_id=9,type=indirect | OFPGMFC_INVALID_GROUP | group_id=9
            add group_id=9,type=select,selection_method=foo,bucket=1 | OFPBPC_BAD_VALUE | selection_method=foo
            add group_id=9,type=all,selection_method=hash,bucket=1 | OFPBPC_BAD_VALUE | selection_method
            add group_id=9,type=select,selection_method=dp_hash,selection_method_param=8589934592,bucket=1 | OFPBPC_BAD_VALUE | 8589934592
            add group_id=9,type=all,bucket=bucket_id:4,clone(1) | OFPBAC_BAD_TYPE | bucket_id=4: clone
            add group_id=9,type=all,bucket=group:9 | OFPGMFC_LOOP | group_id=9
            modify group_id=1,type=all,bucket=group:2 | OFPGMFC_LOOP | by group_id=2
            modify group_id=1,type=ff,bucket=watch_group:2,1 | OFPGMFC_LOOP | by group_id=2
            insert_bucket group_id=9,command_bucket_id=last,bucket=1 | OFPGMFC_UNKNOWN_GROUP | group_id=9
            insert_bucket group_id=1,command_bucket_id=7,bucket=1 | OFPGMFC_UNKNOWN_BUCKET | command_bucket_id=7
            insert_bucket group_id=1,command_bucket_id=last,bucket=bucket_id:0,1 | OFPGMFC_BUCKET_EXISTS | bucket_id=0
            insert_bucket group_id=3,command_bucket_id=last,bucket=1 | OFPGMFC_INVALID_GROUP | not 2
            remove_bucket group_id=1,command_bucket_id=7 | OFPGMFC_UNKNOWN_BUCKET | command_bucket_id=7
            remove_bucket group_id=3,command_bucket_id=all | OFPGMFC_INVALID_GROUP | not 0
            flow actions=group:9 | OFPBAC_BAD_OUT_GROUP | group:9
            flow actions=write_actions(group:9) | OFPBAC_BAD_OUT_GROUP | group:9
            """)
    void shouldRefuse(String text, OfError error, String culprit) {
        apply("add group_id=1,type=all,bucket=2,bucket=3", "add group_id=2,type=all,bucket=group:1",
                "add group_id=3,type=indirect,bucket=2");
        long before = ofproto.changeSequence();
        FlowModResult result = result(text);
        assertThat(result.error()).isEqualTo(error);
        assertThat(result.message()).contains(culprit);
        assertThat(ofproto.changeSequence()).isEqualTo(before);
        assertThat(bridge.groups(GroupMod.ALL_GROUPS)).hasSize(3);
    }

    @Test
    void shouldRefuseTooManyBuckets() {
        String text = "add group_id=1,type=all" + ",bucket=2".repeat(GroupTable.MAX_BUCKETS + 1);
        assertThat(result(text).error()).isEqualTo(OfError.OFPGMFC_OUT_OF_BUCKETS);
        assertThat(result("delete group_id=1")).isEqualTo(FlowModResult.OK);
    }

    @Test
    void shouldExecuteBucketsAsActionSetsOnCopies() {
        apply("add group_id=1,type=all,bucket=output:2,mod_vlan_vid:7,output:3,bucket=drop,bucket=4",
                "flow actions=group:1,output:5");
        List<DpAction> actions = translate().actions().actions();
        assertThat(actions).containsExactly(new DpAction.PushVlan(0x8100, 0x1007), new DpAction.Output(3),
                new DpAction.PopVlan(), new DpAction.Output(4), new DpAction.Output(5));
    }

    @Test
    void shouldPreferGroupToOutputInActionSet() {
        apply("add group_id=1,type=indirect,bucket=3", "flow actions=write_actions(output:2,group:1)");
        assertThat(outputs()).containsExactly(3);
    }

    @Test
    void shouldChainGroups() {
        apply("add group_id=1,type=all,bucket=2,bucket=group:2", "add group_id=2,type=indirect,bucket=group:3",
                "flow actions=group:1");
        assertThat(outputs()).as("group 3 is not there yet").containsExactly(2);
        apply("add group_id=3,type=all,bucket=3,bucket=4");
        assertThat(outputs()).containsExactly(2, 3, 4);
        assertThat(result("modify group_id=3,type=all,bucket=group:1").error()).isEqualTo(OfError.OFPGMFC_LOOP);
    }

    @Test
    void shouldFailOver() {
        apply("add group_id=1,type=ff,bucket=watch_port:2,2,bucket=watch_port:3,3,bucket=watch_port:99,4",
                "flow actions=group:1");
        assertThat(outputs()).containsExactly(2);
        long before = ofproto.changeSequence();
        setUp(2, true, false);
        assertThat(ofproto.changeSequence()).as("cached flows are translated again").isGreaterThan(before);
        assertThat(outputs()).containsExactly(3);
        setUp(3, false, true);
        assertThat(outputs()).isEmpty();
        setUp(2, true, true);
        assertThat(outputs()).containsExactly(2);
    }

    @Test
    void shouldWatchGroupsWithinGroups() {
        apply("add group_id=1,type=ff,bucket=watch_group:2,2,bucket=watch_group:3,watch_port:4,3",
                "add group_id=2,type=ff,bucket=watch_port:2,2,bucket=watch_group:3,2",
                "add group_id=3,type=ff,bucket=watch_port:3,3", "flow actions=group:1");
        setUp(2, true, false);
        assertThat(outputs()).as("group 2 lives by group 3").containsExactly(2);
        setUp(3, true, false);
        assertThat(outputs()).as("the second bucket lives by port 4").containsExactly(3);
        setUp(4, false, false);
        assertThat(outputs()).isEmpty();
        apply("modify group_id=3,type=all,bucket=3");
        assertThat(outputs()).as("a bucket that watches nothing lives").containsExactly(2);
    }

    @Test
    void shouldDeleteFlowsWithTheirGroup() {
        apply("add group_id=1,type=all,bucket=2", "add group_id=2,type=all,bucket=2",
                "flow table=1,actions=group:1", "flow table=2,actions=write_actions(group:1)",
                "flow table=3,actions=clone(group:1)", "flow table=4,actions=group:2", "flow table=5,actions=1");
        assertThat(bridge.groupStats(1).getFirst().references()).isEqualTo(3);
        apply("delete group_id=1", "delete group_id=1");
        assertThat(bridge.flows(all())).extracting(flow -> flow.table()).containsExactly(4, 5);
        apply("delete group_id=all");
        assertThat(bridge.flowCount()).isEqualTo(1);
        assertThat(bridge.groups(GroupMod.ALL_GROUPS)).isEmpty();
    }

    private static FlowFilter all() {
        return new FlowParser(PortNames.NONE, Protocols.ANY).parseFilter("");
    }

    @Test
    void shouldInsertAndRemoveBuckets() {
        apply("add group_id=1,type=all,bucket=bucket_id:5,2",
                "insert_bucket group_id=1,command_bucket_id=first,bucket=3",
                "insert_bucket group_id=1,command_bucket_id=last,bucket=4,bucket=5",
                "insert_bucket group_id=1,command_bucket_id=5,bucket=bucket_id:9,drop");
        assertThat(GroupPrinter.text(bridge.groups(1).getFirst(), PortNames.NONE)).isEqualTo(
                "group_id=1,type=all,bucket=bucket_id:0,actions=output:3,bucket=bucket_id:9,actions=drop,"
                        + "bucket=bucket_id:5,actions=output:2,bucket=bucket_id:1,actions=output:4,"
                        + "bucket=bucket_id:2,actions=output:5");
        apply("remove_bucket group_id=1,command_bucket_id=first", "remove_bucket group_id=1,command_bucket_id=last",
                "remove_bucket group_id=1,command_bucket_id=9");
        assertThat(GroupPrinter.text(bridge.groups(1).getFirst(), PortNames.NONE)).isEqualTo(
                "group_id=1,type=all,bucket=bucket_id:5,actions=output:2,bucket=bucket_id:1,actions=output:4");
        apply("remove_bucket group_id=1,command_bucket_id=all", "remove_bucket group_id=1,command_bucket_id=first");
        assertThat(bridge.groups(1).getFirst().buckets()).isEmpty();
    }

    @Test
    void shouldCountEachPacketOnce() {
        apply("add group_id=1,type=all,bucket=2,bucket=group:2", "add group_id=2,type=ff,bucket=watch_port:2,2",
                "flow actions=group:1");
        XlateOut out = translate();
        out.cache().credit(3, 300, 0, 0);
        out.cache().credit(2, 120, 0, 0);
        nowNs = 5_000;
        GroupStats.Bucket five = new GroupStats.Bucket(5, 420);
        assertThat(bridge.groupStats(GroupMod.ALL_GROUPS)).containsExactly(
                new GroupStats(1, 1, 5, 420, 5_000, List.of(five, five)),
                new GroupStats(2, 1, 5, 420, 5_000, List.of(five)));
        apply("insert_bucket group_id=1,command_bucket_id=first,bucket=3");
        out.cache().credit(1, 60, 0, 0); // of the old megaflow
        GroupStats.Bucket six = new GroupStats.Bucket(6, 480);
        assertThat(bridge.groupStats(1)).containsExactly(
                new GroupStats(1, 1, 6, 480, 5_000, List.of(new GroupStats.Bucket(0, 0), six, six)));
        apply("modify group_id=1,type=all,bucket=3");
        assertThat(bridge.groupStats(1)).containsExactly(
                new GroupStats(1, 1, 0, 0, 5_000, List.of(new GroupStats.Bucket(0, 0))));
        setUp(2, true, false);
        apply("modify group_id=1,type=all,bucket=group:2");
        translate().cache().credit(4, 4, 0, 0);
        assertThat(bridge.groupStats(2).getFirst().packets()).as("no live bucket, nothing counted").isEqualTo(6);
    }

    @Test
    void shouldUndoBatchesAsAWhole() {
        apply("add group_id=1,type=all,bucket=2", "flow actions=group:1");
        List<TableMod> batch = List.of(mod("add group_id=2,type=all,bucket=3"),
                mod("modify group_id=1,type=all,bucket=group:2"), mod("delete group_id=1"),
                mod("add group_id=1,type=all,bucket=4"), mod("flow actions=group:2"), mod("flow actions=group:7"));
        List<FlowModResult> results = bridge.apply(batch, true);
        assertThat(results.getLast().error()).isEqualTo(OfError.OFPBAC_BAD_OUT_GROUP);
        assertThat(results.subList(0, 5)).containsOnly(FlowModResult.NOT_APPLIED);
        assertThat(bridge.groups(GroupMod.ALL_GROUPS)).extracting(GroupMod::group).containsExactly(1);
        assertThat(outputs()).containsExactly(2);
        assertThat(bridge.groupStats(1).getFirst().references()).isEqualTo(1);
        assertThat(bridge.apply(batch.subList(0, 5), true)).containsOnly(FlowModResult.OK);
        assertThat(outputs()).containsExactly(3);
        nowNs = 3_000_000_000L;
        ofproto.expire(nowNs);
        assertThat(outputs()).as("after the purge").containsExactly(3);
        assertThat(bridge.groups(GroupMod.ALL_GROUPS)).extracting(GroupMod::group).containsExactly(1, 2);
    }

    /** Each batch makes a flow and a group say the same port; a translation must never see one of them without the other. */
    @Test
    void shouldShowFlowsAndGroupsOfABatchAtOnce() throws Exception {
        bridge.apply(batch(0), true);
        AtomicBoolean done = new AtomicBoolean();
        try (ExecutorService readers = Executors.newFixedThreadPool(2)) {
            List<Future<Integer>> counts = List.of(readers.submit(() -> read(done)), readers.submit(() -> read(done)));
            for (int n = 1; n <= 3_000; n++) {
                assertThat(bridge.apply(batch(n), true)).allMatch(FlowModResult::isOk);
            }
            done.set(true);
            for (Future<Integer> count : counts) {
                assertThat(count.get()).isPositive();
            }
        } finally {
            done.set(true);
        }
    }

    private static List<TableMod> batch(int n) {
        int port = 2 + n % 3;
        List<TableMod> mods = new ArrayList<>();
        mods.add(mod(
                (n % 5 == 0 ? "delete" : "modify") + " group_id=1" + (n % 5 == 0 ? "" : ",type=all,bucket=" + port)));
        if (n % 5 == 0) {
            mods.add(mod("add group_id=1,type=all,bucket=" + port));
        }
        mods.add(mod("flow actions=group:1,output:" + port));
        return mods;
    }

    private int read(AtomicBoolean done) {
        return WholeBatches.translate(ofproto, key.copy(), done);
    }

    @Test
    void shouldFindFlowsByAGroupWithinACopy() {
        apply("add group_id=1,type=all,bucket=output:2", "flow in_port=1,actions=clone(group:1),output:3",
                "flow in_port=2,actions=output:3");
        FlowFilter filter = new FlowParser(PortNames.NONE, Protocols.ANY).parseFilter("out_group=1");
        assertThat(bridge.flows(filter)).hasSize(1);
        assertThat(bridge.apply(List.of(FlowParser.parseFlowMod("out_group=1", FlowCommand.DELETE, PortNames.NONE,
                Protocols.ANY)), true)).containsExactly(FlowModResult.OK);
        assertThat(bridge.flowCount()).isEqualTo(1);
    }

    // --- select --------------------------------------------------------------------------------------------------------------------------

    @ParameterizedTest
    @ValueSource(strings = {"", ",selection_method=hash", ",selection_method=hash,fields(ip_src,ip_dst)",
        ",selection_method=hash,fields=ip_src", ",selection_method=dp_hash"})
    void shouldSelectByWeight(String method) {
        apply("add group_id=1,type=select" + method + ",bucket=weight:1,2,bucket=weight:3,3,bucket=weight:0,4",
                "flow actions=group:1");
        Random random = new Random(7);
        int[] hits = new int[6];
        int flows = 20_000;
        for (int i = 0; i < flows; i++) {
            key.set(Fields.IPV4_SRC, random.nextInt() & 0xffff_ffffL);
            int port = selected();
            assertThat(selected()).as("stable for the flow").isEqualTo(port);
            hits[port]++;
        }
        assertThat(hits[2] / (double) flows).isCloseTo(0.25, within(0.02));
        assertThat(hits[3] / (double) flows).isCloseTo(0.75, within(0.02));
    }

    /** The port that the packet goes to, through a recirculation if there is one. */
    private int selected() {
        key.set(Fields.RECIRC_ID, 0);
        key.set(Fields.DP_HASH, 0);
        List<DpAction> actions = translate().actions().actions();
        if (actions.getFirst() instanceof DpAction.Hash(int basis)) {
            key.set(Fields.DP_HASH, ConnectionHash.of(key.words(), basis) & 0xffff_ffffL);
            key.set(Fields.RECIRC_ID, ((DpAction.Recirc) actions.get(1)).id());
            actions = translate().actions().actions();
        }
        return ((DpAction.Output) actions.getFirst()).port();
    }

    @Test
    void shouldLookAtWhatItHashes() {
        apply("add group_id=1,type=select,selection_method=hash,fields(ip_src=255.255.0.0,tcp_src),bucket=2,bucket=3",
                "flow actions=group:1");
        XlateOut out = translate();
        assertThat(out.wildcards().word(FlowLayout.IPV4)).isEqualTo(0xffff_0000_0000_0000L);
        assertThat(out.wildcards().word(FlowLayout.L4) & 0xffff_ffffL).as("no TCP, no ports").isZero();
        apply("modify group_id=1,type=select,bucket=2,bucket=3");
        out = translate();
        assertThat(out.wildcards().word(FlowLayout.IPV4)).isEqualTo(-1L);
        assertThat(out.wildcards().word(FlowLayout.L4) & 0xffff_ffffL).isEqualTo(0xffff_ffffL);
        assertThat(out.wildcards().word(FlowLayout.ETH_SRC_VLAN) >>> 16).isZero();
    }

    @Test
    void shouldHashInTheDatapath() {
        apply("add group_id=1,type=select,selection_method=dp_hash,selection_method_param=5,bucket=2,bucket=3",
                "flow actions=output:4,group:1,output:5");
        XlateOut first = translate();
        DpAction.Recirc recirc = (DpAction.Recirc) first.actions().actions().get(2);
        assertThat(first.actions())
                .isEqualTo(DatapathActions.of(new DpAction.Output(4), new DpAction.Hash(5), recirc));
        assertThat(first.wildcards().word(FlowLayout.IPV4)).as("the flow's addresses stay unlooked at").isZero();
        key.set(Fields.RECIRC_ID, recirc.id());
        key.set(Fields.DP_HASH, 0x1234_5678);
        XlateOut second = translate();
        assertThat(second.wildcards().word(FlowLayout.HASH_PRIO)).isEqualTo(0xfL << 32);
        assertThat(second.actions().actions()).hasSize(2).endsWith(new DpAction.Output(5));
        first.cache().credit(2, 20, 0, 0);
        second.cache().credit(2, 20, 0, 0);
        assertThat(bridge.groupStats(1).getFirst().packets()).as("counted behind the hash only").isEqualTo(2);
        int chosen = ((DpAction.Output) second.actions().actions().getFirst()).port();
        setUp(chosen, true, false);
        apply("modify group_id=1,type=select,selection_method=dp_hash,selection_method_param=5,"
                + "bucket=watch_port:2,2,bucket=watch_port:3,3");
        assertThat(translate().actions().actions().getFirst()).isEqualTo(new DpAction.Output(5 - chosen));
    }

    @Test
    void shouldMoveOnlyTheFlowsOfADeadBucket() {
        apply("add group_id=1,type=select,bucket=watch_port:2,2,bucket=watch_port:3,3,bucket=watch_port:4,4",
                "flow actions=group:1");
        List<Integer> before = new ArrayList<>();
        List<Integer> after = new ArrayList<>();
        for (int i = 0; i < 500; i++) {
            key.set(Fields.IPV4_SRC, i);
            before.add(selected());
        }
        setUp(3, true, false);
        for (int i = 0; i < 500; i++) {
            key.set(Fields.IPV4_SRC, i);
            after.add(selected());
        }
        for (int i = 0; i < 500; i++) {
            if (before.get(i) == 3) {
                assertThat(after.get(i)).isNotEqualTo(3);
            } else {
                assertThat(after.get(i)).isEqualTo(before.get(i));
            }
        }
        assertThat(before).contains(2, 3, 4);
    }

    @Test
    void shouldTellControllersThatAGroupSent() {
        List<PacketIn> got = new ArrayList<>();
        ofproto.addPacketInListener(got::add);
        apply("add group_id=1,type=all,bucket=controller", "flow cookie=7,actions=group:1,controller");
        for (DpAction action : translate().actions().actions()) {
            ofproto.packetIn(((DpAction.Userspace) action).stateId(), new byte[60], key);
        }
        assertThat(got).extracting(PacketIn::reason).containsExactly(PacketInReason.GROUP, PacketInReason.ACTION);
        assertThat(got).extracting(PacketIn::cookie).containsExactly(7L, 7L);
    }
}
