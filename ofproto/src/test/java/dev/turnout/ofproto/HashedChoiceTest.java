package dev.turnout.ofproto;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;

import dev.turnout.flow.DpAction;
import dev.turnout.flow.Field;
import dev.turnout.flow.Fields;
import dev.turnout.flow.FlowKey;
import dev.turnout.flow.FlowLayout;
import dev.turnout.flow.FlowMask;
import dev.turnout.ofproto.classifier.Wildcards;
import dev.turnout.openflow.FlowCommand;
import dev.turnout.openflow.FlowMod;
import dev.turnout.openflow.FlowParser;
import dev.turnout.openflow.GroupSelection;
import dev.turnout.openflow.OfAction;
import dev.turnout.openflow.OfAction.HashFields;
import dev.turnout.openflow.OfAction.MultipathAlgorithm;
import dev.turnout.openflow.OfError;
import dev.turnout.openflow.OfPorts;
import dev.turnout.openflow.PortNames;
import dev.turnout.openflow.Protocols;
import dev.turnout.openflow.Subfield;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code multipath} and {@code bundle}: what is hashed, that it is even, symmetric, and stable where choices come and go. */
class HashedChoiceTest {
    private final Ofproto ofproto = new Ofproto(() -> 0);
    private final Bridge bridge = ofproto.addBridge("br0", FailMode.SECURE, 1);

    HashedChoiceTest() {
        for (int i = 1; i <= 5; i++) {
            bridge.addPort(PortInfo.of("p" + i, "memory", i, i));
        }
    }

    private static FlowKey packet(Random random, int ethType, int protocol) {
        FlowKey key = new FlowKey();
        key.set(Fields.IN_PORT, 5);
        key.set(Fields.ETH_SRC, random.nextLong() & 0xfeff_ffff_ffffL);
        key.set(Fields.ETH_DST, random.nextLong() & 0xfeff_ffff_ffffL);
        key.set(Fields.ETH_TYPE, ethType);
        long[] w = key.words();
        if (ethType == 0x0800) {
            w[FlowLayout.IPV4] = random.nextLong();
        } else if (ethType == 0x86dd) {
            for (int i = 0; i < 2; i++) {
                w[FlowLayout.IPV6_SRC + i] = random.nextLong();
                w[FlowLayout.IPV6_DST + i] = random.nextLong();
            }
        }
        key.set(Fields.IP_PROTO, protocol);
        key.set(Fields.TCP_SRC, random.nextInt(65536));
        key.set(Fields.TCP_DST, random.nextInt(65536));
        return key;
    }

    private static FlowKey turned(FlowKey key) {
        FlowKey back = key.copy();
        for (Field[] ends : new Field[][]{{Fields.ETH_SRC, Fields.ETH_DST}, {Fields.IPV4_SRC, Fields.IPV4_DST},
            {Fields.TCP_SRC, Fields.TCP_DST}}) {
            back.set(ends[0], key.get(ends[1]));
            back.set(ends[1], key.get(ends[0]));
        }
        for (int i = 0; i < 2; i++) {
            back.words()[FlowLayout.IPV6_SRC + i] = key.words()[FlowLayout.IPV6_DST + i];
            back.words()[FlowLayout.IPV6_DST + i] = key.words()[FlowLayout.IPV6_SRC + i];
        }
        return back;
    }

    private static FlowState state(FlowKey key) {
        FlowState flow = new FlowState();
        flow.begin(key.words(), 1, new Wildcards());
        return flow;
    }

    private static int hash(FlowKey key, HashFields fields) {
        return FlowHash.of(state(key), fields, 0);
    }

    private static boolean isSymmetric(HashFields fields) {
        return fields.name().startsWith("SYMMETRIC");
    }

    @ParameterizedTest
    @EnumSource(HashFields.class)
    void shouldGiveBothDirectionsTheSameHashIfSymmetricOnly(HashFields fields) {
        Random random = new Random(1);
        int same = 0;
        for (int i = 0; i < 300; i++) {
            FlowKey key = packet(random, i % 3 == 0 ? 0x86dd : 0x0800, i % 2 == 0 ? 6 : 17);
            same += hash(key, fields) == hash(turned(key), fields) ? 1 : 0;
        }
        assertThat(same).isEqualTo(isSymmetric(fields) ? 300 : 0);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", GroupSelection.HASH})
    void shouldSelectTheSameForBothDirections(String method) {
        GroupSelection selection = new GroupSelection(method, 3, List.of());
        Random random = new Random(12);
        Set<Long> hashes = new HashSet<>();
        for (int i = 0; i < 300; i++) {
            FlowKey key = packet(random, new int[]{0x0800, 0x86dd, 0x0806}[i % 3], i % 2 == 0 ? 6 : 17);
            long hash = FlowHash.of(state(key), selection);
            assertThat(FlowHash.of(state(turned(key)), selection)).isEqualTo(hash);
            hashes.add(hash);
        }
        assertThat(hashes).hasSize(300);
    }

    @ParameterizedTest
    @EnumSource(HashFields.class)
    void shouldHashAllFragmentsOfAPacketAlike(HashFields fields) {
        FlowKey first = packet(new Random(13), 0x0800, 6);
        first.set(Fields.IP_FRAG, FlowLayout.FRAG_ANY);
        FlowKey later = first.copy();
        later.set(Fields.IP_FRAG, FlowLayout.FRAG_ANY | FlowLayout.FRAG_LATER);
        later.set(Fields.TCP_SRC, 0);
        later.set(Fields.TCP_DST, 0);
        assertThat(hash(later, fields)).isEqualTo(hash(first, fields));
    }

    @Test
    void shouldTellConversationsApartWhoseAddressesHaveTheSameSum() {
        Set<Integer> hashes = new HashSet<>();
        Random random = new Random(2);
        FlowKey key = packet(random, 0x0800, 6);
        for (int i = 0; i < 100; i++) {
            key.set(Fields.IPV4_SRC, 0x0a000100 + i);
            key.set(Fields.IPV4_DST, 0x0a000200 - i);
            hashes.add(hash(key, HashFields.SYMMETRIC_L3L4));
        }
        assertThat(hashes).hasSize(100);
    }

    /** The fields that a hash takes in of a TCP, a UDP and an ARP packet. */
    private static List<Field> hashed(HashFields fields, int ethType, int protocol) {
        boolean ip = ethType == 0x0800;
        List<Field> list = new ArrayList<>();
        switch (fields) {
            case ETH_SRC -> list.add(Fields.ETH_SRC);
            case NW_SRC -> list.addAll(ip ? List.of(Fields.IPV4_SRC) : List.of());
            case NW_DST -> list.addAll(ip ? List.of(Fields.IPV4_DST) : List.of());
            default -> {
                if (fields == HashFields.SYMMETRIC_L4) {
                    list.addAll(List.of(Fields.ETH_SRC, Fields.ETH_DST));
                }
                if (ip) {
                    list.addAll(List.of(Fields.IPV4_SRC, Fields.IPV4_DST));
                }
                if (ip && fields != HashFields.SYMMETRIC_L3) {
                    list.add(Fields.IP_PROTO);
                    if (protocol == 6 || (protocol == 17 && fields == HashFields.SYMMETRIC_L3L4_UDP)) {
                        list.addAll(List.of(Fields.TCP_SRC, Fields.TCP_DST));
                    }
                }
            }
        }
        return list;
    }

    @ParameterizedTest
    @EnumSource(HashFields.class)
    void shouldLookAtExactlyWhatItHashes(HashFields fields) {
        Random random = new Random(3);
        for (int[] kind : new int[][]{{0x0800, 6}, {0x0800, 17}, {0x0806, 0}}) {
            FlowKey key = packet(random, kind[0], kind[1]);
            FlowState flow = state(key);
            int before = FlowHash.of(flow, fields, 7);
            List<Field> hashed = hashed(fields, kind[0], kind[1]);
            for (Field field : List.of(Fields.ETH_SRC, Fields.ETH_DST, Fields.IPV4_SRC, Fields.IPV4_DST,
                    Fields.IP_PROTO, Fields.TCP_SRC, Fields.TCP_DST, Fields.NW_TTL, Fields.PKT_MARK)) {
                long[] looked = new long[FlowLayout.WORDS];
                for (int word = 0; word < looked.length; word++) {
                    looked[word] = flow.wildcards.looked(word);
                }
                assertThat(field.isAnySet(looked)).as("%s of %s looks at %s", fields, kind[0], field)
                        .isEqualTo(hashed.contains(field));
                if (hashed.contains(field)) {
                    FlowKey other = key.copy();
                    other.set(field, key.get(field) ^ 1);
                    assertThat(FlowHash.of(state(other), fields, 7)).as("%s without %s", fields, field)
                            .isNotEqualTo(before);
                }
            }
        }
    }

    @Test
    void shouldDependOnTheBasis() {
        FlowKey key = packet(new Random(4), 0x0800, 6);
        assertThat(FlowHash.of(state(key), HashFields.ETH_SRC, 0))
                .isNotEqualTo(FlowHash.of(state(key), HashFields.ETH_SRC, 1));
        assertThat(hash(key, HashFields.ETH_SRC)).as("no seed").isEqualTo(hash(key, HashFields.ETH_SRC));
    }

    // --- algorithms ----------------------------------------------------------------------------------------------------------------------

    private static OfAction.Multipath multipath(MultipathAlgorithm algorithm, int links, int argument) {
        return new OfAction.Multipath(HashFields.ETH_SRC, 0, algorithm, links - 1, argument,
                new Subfield(Fields.reg(0), 0, 16));
    }

    @ParameterizedTest
    @EnumSource(MultipathAlgorithm.class)
    void shouldUseAllLinksEvenly(MultipathAlgorithm algorithm) {
        Random random = new Random(5);
        for (int links : new int[]{1, 2, 3, 7, 64, 65, 1000}) {
            int[] counts = new int[links];
            int flows = 200 * links;
            for (int i = 0; i < flows; i++) {
                counts[HashedChoice.link(random.nextInt(), multipath(algorithm, links, 0))]++;
            }
            for (int count : counts) {
                assertThat(count).as("%s with %d links", algorithm, links).isBetween(120, 290);
            }
        }
    }

    /** Of 10 000 flows, how many change their link when an eleventh link comes. */
    private static int moved(MultipathAlgorithm algorithm) {
        Random random = new Random(6);
        int moved = 0;
        for (int i = 0; i < 10_000; i++) {
            int hash = random.nextInt();
            int before = HashedChoice.link(hash, multipath(algorithm, 10, 16));
            moved += before == HashedChoice.link(hash, multipath(algorithm, 11, 16)) ? 0 : 1;
        }
        return moved;
    }

    @Test
    void shouldMoveFewFlowsWhereTheAlgorithmPromisesIt() {
        assertThat(moved(MultipathAlgorithm.HRW)).isBetween(750, 1070);
        assertThat(moved(MultipathAlgorithm.ITER_HASH)).isBetween(750, 1070);
        assertThat(moved(MultipathAlgorithm.HASH_THRESHOLD)).isBetween(4000, 6000);
        assertThat(moved(MultipathAlgorithm.MODULO_N)).isGreaterThan(8000);
    }

    // --- bundles -------------------------------------------------------------------------------------------------------------------------

    private void add(String actions) {
        assertThat(bridge.apply(List.of(
                FlowParser.parseFlowMod("actions=" + actions, FlowCommand.ADD, PortNames.NONE, Protocols.DEFAULT)),
                true)).containsExactly(FlowModResult.OK);
    }

    private XlateOut translate(FlowKey key) {
        return ofproto.translator().translate(new XlateIn(key, 60, 0, false, 0));
    }

    private List<Integer> ports(FlowKey key) {
        return translate(key).actions().actions().stream().filter(DpAction.Output.class::isInstance)
                .map(action -> ((DpAction.Output) action).port()).toList();
    }

    private void setUp(int port, boolean admin, boolean link) {
        PortInfo ignored = bridge.updatePort(
                PortInfo.of("p" + port, "memory", port, port).withState(new PortState(admin, link, 0, 0, 0)));
    }

    @Test
    void shouldTakeTheFirstMemberThatIsUp() {
        add("bundle(eth_src,0,active_backup,ofport,members:1,9,2)");
        FlowKey key = packet(new Random(7), 0x0800, 6);
        assertThat(ports(key)).containsExactly(1);
        assertThat(translate(key).wildcards().word(FlowLayout.ETH_SRC_VLAN)).as("nothing is hashed").isZero();
        long sequence = ofproto.changeSequence();
        setUp(1, true, false);
        assertThat(ofproto.changeSequence()).as("translations are stale").isGreaterThan(sequence);
        assertThat(ports(key)).containsExactly(2);
        setUp(2, false, true);
        assertThat(ports(key)).isEmpty();
        setUp(1, true, true);
        assertThat(ports(key)).containsExactly(1);
    }

    @Test
    void shouldMoveTheFlowsOfTheMemberThatGoesOnly() {
        add("bundle_load(symmetric_l3l4,0,hrw,ofport,NXM_NX_REG1[0..15],members:1,2,3,4),output:NXM_NX_REG1[0..15]");
        Random random = new Random(8);
        List<FlowKey> keys = new ArrayList<>();
        List<List<Integer>> before = new ArrayList<>();
        for (int i = 0; i < 400; i++) {
            keys.add(packet(random, 0x0800, 6));
            before.add(ports(keys.getLast()));
        }
        setUp(3, true, false);
        int elsewhere = 0;
        for (int i = 0; i < keys.size(); i++) {
            List<Integer> now = ports(keys.get(i));
            if (before.get(i).equals(List.of(3))) {
                assertThat(now).hasSize(1).doesNotContain(3);
                elsewhere++;
            } else {
                assertThat(now).isEqualTo(before.get(i));
            }
        }
        assertThat(elsewhere).isBetween(60, 140);
    }

    @Test
    void shouldTakeReservedMembersAsUp() {
        add("bundle(eth_src,0,active_backup,ofport,members:1,in_port)");
        setUp(1, false, false);
        assertThat(ports(packet(new Random(9), 0x0800, 6))).containsExactly(5);
    }

    // --- checks --------------------------------------------------------------------------------------------------------------------------

    private OfError refused(OfAction action) {
        OfError error = bridge.apply(List.of(FlowMod.builder(FlowCommand.ADD)
                .actions(List.of(action)).build()), true).get(0).error();
        assertThat(bridge.flowCount()).isZero();
        return error == null ? OfError.OFPFMFC_UNKNOWN : error;
    }

    private static OfAction.Bundle bundle(Subfield destination, int... members) {
        return new OfAction.Bundle(HashFields.ETH_SRC, 0, OfAction.BundleAlgorithm.HRW, destination,
                Arrays.stream(members).boxed().toList());
    }

    @Test
    void shouldRefuseWhatCannotBe() {
        Subfield register = Subfield.of(Fields.reg(0));
        assertThat(refused(bundle(register, 1, OfPorts.CONTROLLER))).isEqualTo(OfError.OFPBAC_BAD_OUT_PORT);
        assertThat(refused(bundle(register, 0xff42))).isEqualTo(OfError.OFPBAC_BAD_OUT_PORT);
        assertThat(refused(bundle(new Subfield(Fields.reg(0), 0, 8), 1))).isEqualTo(OfError.OFPBAC_BAD_ARGUMENT);
        assertThat(refused(bundle(Subfield.of(Fields.IPV4_SRC), 1))).isEqualTo(OfError.OFPBAC_MATCH_INCONSISTENT);
        assertThat(refused(bundle(Subfield.of(Fields.ETH_TYPE), 1))).isEqualTo(OfError.OFPBAC_BAD_SET_TYPE);
        assertThat(refused(new OfAction.Multipath(HashFields.ETH_SRC, 0, MultipathAlgorithm.HRW, 2, 0,
                new Subfield(Fields.reg(0), 0, 1)))).isEqualTo(OfError.OFPBAC_BAD_ARGUMENT);
        assertThat(refused(new OfAction.Multipath(HashFields.ETH_SRC, 0, MultipathAlgorithm.HRW, 2, 0,
                Subfield.of(Fields.IPV4_SRC)))).isEqualTo(OfError.OFPBAC_MATCH_INCONSISTENT);
        assertThat(refused(new OfAction.Conjunction(1, 0, 65))).isEqualTo(OfError.OFPBAC_BAD_ARGUMENT);
        assertThat(refused(new OfAction.Conjunction(1, 2, 2))).isEqualTo(OfError.OFPBAC_BAD_ARGUMENT);
        assertThat(refused(new OfAction.Conjunction(1, 0, 1))).isEqualTo(OfError.OFPBAC_BAD_ARGUMENT);
    }

    @Test
    void shouldRefuseOtherActionsBesideConjunctions() {
        List<OfAction> mixed = List.of(new OfAction.Conjunction(1, 0, 2), new OfAction.Output(1));
        FlowModResult result = bridge.apply(List.of(
                FlowMod.builder(FlowCommand.ADD).actions(mixed).build()), true).get(0);
        assertThat(result.error()).isEqualTo(OfError.OFPBAC_UNSUPPORTED_ORDER);
        assertThat(result.message()).contains("output");
    }

    @Test
    void shouldLookAtAllClausesThatWereSearched() {
        for (String flow : List.of("priority=9,ip,nw_src=10.0.0.1,actions=conjunction(5,1/2)",
                "priority=9,ip,nw_dst=10.0.0.2,actions=conjunction(5,2/2)", "priority=9,conj_id=5,ip,actions=output:1",
                "priority=1,actions=output:2")) {
            assertThat(bridge.apply(List.of(
                    FlowParser.parseFlowMod(flow, FlowCommand.ADD, PortNames.NONE, Protocols.DEFAULT)), true))
                    .containsExactly(FlowModResult.OK);
        }
        FlowKey key = packet(new Random(10), 0x0800, 6);
        key.set(Fields.IPV4_SRC, 0x0a000001L);
        key.set(Fields.IPV4_DST, 0x0a000002L);
        XlateOut out = translate(key);
        assertThat(ports(key)).containsExactly(1);
        assertThat(out.wildcards().word(FlowLayout.IPV4)).isEqualTo(-1L);
        assertThat(out.wildcards().word(FlowLayout.ETH_SRC_VLAN)).isZero();
        FlowMask ofOther = translate(packet(new Random(11), 0x0800, 6)).wildcards();
        assertThat(ofOther.word(FlowLayout.IPV4)).isNotEqualTo(-1L).isNotZero();
    }
}
