package dev.turnout.ofproto;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;

import dev.turnout.flow.DatapathFlowText;
import dev.turnout.flow.DpAction;
import dev.turnout.flow.Fields;
import dev.turnout.flow.FlowKey;
import dev.turnout.flow.FlowLayout;
import dev.turnout.openflow.FlowCommand;
import dev.turnout.openflow.FlowMod;
import dev.turnout.openflow.FlowParser;
import dev.turnout.openflow.Octets;
import dev.turnout.openflow.OfAction;
import dev.turnout.openflow.OfError;
import dev.turnout.openflow.OfPorts;
import dev.turnout.openflow.PortNames;
import dev.turnout.openflow.Protocols;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What labels, the stack, samples, pauses, lengths and connection tracking become in the datapath, as Open vSwitch 3.1 has it. */
class NewerActionsTest {
    private static final long SECOND = 1_000_000_000L;
    private static final String UDP = "udp,";
    private static final String MPLS = "mpls,";

    private long nowNs;
    private final Ofproto ofproto = new Ofproto(() -> nowNs, new DatapathSupport(true));
    private final Bridge bridge = ofproto.addBridge("br0", FailMode.SECURE, 1);
    private final FlowKey key = new FlowKey();

    NewerActionsTest() {
        for (int i = 1; i <= 3; i++) {
            bridge.addPort(PortInfo.of("p" + i, "memory", i, i));
        }
        key.set(Fields.IN_PORT, 1);
        key.set(Fields.ETH_TYPE, 0x0800);
        key.set(Fields.IP_PROTO, 17);
        key.set(Fields.NW_TTL, 64);
        key.set(Fields.NW_TOS, 0x2c);
    }

    private FlowModResult add(String flow) {
        return add(bridge, flow);
    }

    private static FlowModResult add(Bridge to, String flow) {
        FlowMod mod = FlowParser.parseFlowMod(flow, FlowCommand.ADD, PortNames.NONE, Protocols.ANY);
        return to.apply(List.of(mod), true).getFirst();
    }

    private XlateOut translate() {
        return ofproto.translator().translate(new XlateIn(key, 60, 0, true, nowNs));
    }

    private String actions(String... flows) {
        for (String flow : flows) {
            assertThat(add(flow).message()).isEmpty();
        }
        return DatapathFlowText.actions(translate().actions());
    }

    private void label(int lse) {
        key.set(Fields.ETH_TYPE, 0x8847);
        key.words()[FlowLayout.L4] = 0;
        key.words()[FlowLayout.MPLS01] = (long) lse << 32;
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            push_mpls:0x8847,output:2 | push_mpls(label=0,tc=3,ttl=64,bos=1,eth_type=0x8847),2
            push_mpls:0x8847,set_mpls_label:5,set_mpls_ttl:7,push_mpls:0x8848,set_mpls_tc:1,output:2 | push_mpls(label=5,tc=3,ttl=7,bos=1,eth_type=0x8848),push_mpls(label=5,tc=1,ttl=7,bos=0,eth_type=0x8848),2
            push_mpls:0x8847,pop_mpls:0x0800,output:2 | 2
            mod_nw_ttl:9,push_mpls:0x8847,output:2 | set(ipv4(ttl=9)),push_mpls(label=0,tc=3,ttl=9,bos=1,eth_type=0x8847),2
            dec_mpls_ttl,output:2 | drop
            push:NXM_OF_IP_SRC[],pop:NXM_OF_IP_DST[],output:2 | set(ipv4(dst=0.0.0.0)),2
            load:5->NXM_NX_REG0[],push:NXM_NX_REG0[],load:6->NXM_NX_REG0[],pop:NXM_NX_REG0[],output:NXM_NX_REG0[],output:2 | 2
            pop:NXM_NX_REG0[],output:2 | 2
            output(port=2,max_len=100),output:3 | trunc(100),2,3
            output(port=in_port,max_len=64) | trunc(64),1
            output(port=1,max_len=64),output:2 | 2
            check_pkt_larger(200)->NXM_NX_REG0[0],output:2 | 2
            clone(mod_dl_src:00:00:00:00:00:07,output:2),output:3 | clone(set(eth(src=00:00:00:00:00:07)),2),3
            clone(output:2,exit),output:3 | 2
            sample(probability=65535,collector_set_id=1),output:2 | userspace(pid=0,flow_sample(state_id=1)),2
            sample(probability=32768,collector_set_id=1),output:2 | sample(sample=50.0%,actions(userspace(pid=0,flow_sample(state_id=1)))),2
            """)
    void shouldTranslate(String actions, String expected) {
        assertThat(actions(UDP + "actions=" + actions)).isEqualTo(expected);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            pop_mpls:0x0800,output:2 | pop_mpls(eth_type=0x800),2
            pop_mpls:0x0800,mod_dl_dst:00:00:00:00:00:01,output:2 | set(eth(dst=00:00:00:00:00:01)),pop_mpls(eth_type=0x800),2
            pop_mpls:0x0800,dec_ttl,output:2 | pop_mpls(eth_type=0x800),recirc(0x1)
            pop_mpls:0x0800,resubmit(,1) | pop_mpls(eth_type=0x800),recirc(0x1)
            dec_mpls_ttl,output:2 | set(mpls(label=5/0x0,tc=0/0,ttl=8/0xff,bos=0/0)),2
            set_mpls_label:9,output:2 | set(mpls(label=9/0xfffff,tc=0/0,ttl=0/0x0,bos=0/0)),2
            push_mpls:0x8847,output:2,pop_mpls:0x8847,output:3 | push_mpls(label=5,tc=0,ttl=9,bos=0,eth_type=0x8847),2,pop_mpls(eth_type=0x8847),3
            push_mpls:0x8847,pop_mpls:0x0800,output:2 | pop_mpls(eth_type=0x800),push_mpls(label=5,tc=0,ttl=9,bos=1,eth_type=0x800),2
            push_mpls:0x8847,pop_mpls:0x0800,output:2,pop_mpls:0x8847,output:3 | pop_mpls(eth_type=0x800),push_mpls(label=5,tc=0,ttl=9,bos=1,eth_type=0x800),2,recirc(0x1)
            push_mpls:0x8847,push_mpls:0x8847,push_mpls:0x8847,output:2 | drop
            """)
    void shouldTranslateOfALabel(String actions, String expected) {
        label(5 << 12 | 0x100 | 9);
        String got = actions(MPLS + "actions=" + actions);
        assertThat(got.replaceAll("label=0/0x0", "label=5/0x0")).isEqualTo(expected);
    }

    @Test
    void shouldParseWhatIsInsideALabel() {
        label(5 << 12 | 0x100 | 9);
        actions("mpls,actions=pop_mpls:0x0800,resubmit(,1)", "table=1,ip,nw_dst=10.0.0.1,actions=output:2");
        int id = ((DpAction.Recirc) translate().actions().actions().getLast()).id();
        key.set(Fields.ETH_TYPE, 0x0800);
        key.set(Fields.IPV4_DST, 0x0a000001);
        key.set(Fields.RECIRC_ID, id);
        assertThat(DatapathFlowText.actions(translate().actions())).isEqualTo("2");
    }

    @Test
    void shouldGoBothWaysByLength() {
        assertThat(actions("udp,actions=check_pkt_larger(200)->NXM_NX_REG0[0],resubmit(,1),output:3",
                "table=1,reg0=1,actions=output:2", "table=1,reg0=0,actions=mod_dl_src:00:00:00:00:00:01,output:3"))
                .isEqualTo("check_pkt_len(size=200,gt(2,3),le(set(eth(src=00:00:00:00:00:01)),3,3))");
    }

    @ParameterizedTest
    @CsvSource({"14, TOO_MANY_RESUBMITS", "40, NESTED_TOO_DEEP"})
    void shouldBoundLengthChecksThatDoubleTheWalk(int checks, XlateDrop drop) {
        String check = "check_pkt_larger(200)->NXM_NX_REG0[0],";
        actions("udp,actions=" + check.repeat(checks) + "output:2");
        assertThat(translate().drop()).isEqualTo(drop);
        assertThat(ofproto.translationDrops()).containsEntry(drop, 2L).containsEntry(XlateDrop.TOO_DEEP, 0L);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            ct(commit,nat(src=10.0.0.1)) | ct(commit,nat(src=10.0.0.1))
            ct(commit,nat(dst=10.0.0.1:80,persistent)) | ct(commit,nat(dst=10.0.0.1:80,persistent))
            ct(commit,nat(src=10.0.0.1-10.0.0.5:1000-2000,random)) | ct(commit,nat(src=10.0.0.1-10.0.0.5:1000-2000,random))
            ct(nat,zone=9) | ct(zone=9,nat)
            ct(commit,nat(src)) | ct(commit,nat(src))
            ct(commit,force,zone=3) | ct(force_commit,zone=3)
            ct(commit,zone=65535,exec(set_field:0xffffffff->ct_mark,set_field:1->ct_label)) | ct(commit,zone=65535,mark=0xffffffff/0xffffffff,label=0x1)
            ct(commit,exec(load:7->NXM_NX_CT_MARK[0..3],set_field:0x3/0xff->ct_label)) | ct(commit,mark=0x7/0xf,label=0x3/0xff)
            ct(commit,exec(load:0x123456789->NXM_NX_CT_LABEL[64..127])) | ct(commit,label=0x1234567890000000000000000/0xffffffffffffffff0000000000000000)
            load:0x55->NXM_NX_REG0[],ct(commit,exec(move:NXM_NX_REG0[0..7]->NXM_NX_CT_MARK[8..15])) | ct(commit,mark=0x5500/0xff00)
            load:6->NXM_NX_REG0[],ct(zone=NXM_NX_REG0[0..15]) | ct(zone=6)
            ct(commit,alg=tftp) | ct(commit,helper=tftp)
            ct_clear | ct_clear
            ct | ct
            """)
    void shouldTranslateConnectionTracking(String actions, String expected) {
        assertThat(actions(UDP + "actions=" + actions + ",output:2")).isEqualTo(expected + ",2");
    }

    @Test
    void shouldShowTheConnectionInTheTableAfterAndNowhereElse() {
        assertThat(actions("udp,actions=ct(table=1,zone=3),resubmit(,1),output:3",
                "table=1,ct_state=+trk,actions=output:2")).isEqualTo("ct(zone=3),recirc(0x1),3");
        key.set(Fields.RECIRC_ID, 1);
        key.set(Fields.CT_STATE, 0x21);
        key.set(Fields.CT_ZONE, 3);
        XlateOut tracked = translate();
        assertThat(DatapathFlowText.actions(tracked.actions())).isEqualTo("2");
        assertThat(Fields.CT_STATE.isAnySet(tracked.wildcards().toWords())).isTrue();
    }

    @Test
    void shouldTranslateAddressTranslationOfIpv6() {
        key.set(Fields.ETH_TYPE, 0x86dd);
        assertThat(actions("udp6,actions=ct(commit,nat(src=fc00::1-fc00::5)),ct(commit,nat(dst=[fc00::1]:80-90))"))
                .isEqualTo("ct(commit,nat(src=fc00::1-fc00::5)),ct(commit,nat(dst=[fc00::1]:80-90))");
    }

    @Test
    void shouldPauseAndGoOnOnceWhenAskedTo() {
        List<PacketIn> heard = new ArrayList<>();
        ofproto.addPacketInListener(heard::add);
        actions("udp,actions=load:3->NXM_NX_REG0[],load:9->NXM_NX_PKT_MARK[],controller(pause,userdata=01.02),"
                + "output:NXM_NX_REG0[],output:2");
        DpAction.Userspace sent = (DpAction.Userspace) translate().actions().actions().getLast();
        FlowKey marked = key.copy();
        marked.set(Fields.PKT_MARK, 9);
        assertThat(ofproto.packetIn(sent.stateId(), new byte[60], marked)).isTrue();
        PacketIn in = heard.getFirst();
        assertThat(in.userdata()).isEqualTo(Octets.of(new byte[]{1, 2}));
        assertThat(in.continuation().isEmpty()).isFalse();
        assertThat(ofproto.pausedPackets()).isEqualTo(1);
        XlateOut out = ofproto.translator().resume(bridge, in.continuation(), key, 60).out();
        assertThat(DatapathFlowText.actions(out.actions())).isEqualTo("set(skb_mark(0x9)),3,2");
        assertThatThrownBy(() -> ofproto.translator().resume(bridge, in.continuation(), key, 60))
                .isInstanceOf(FlowModException.class).hasMessageContaining("continuation");
        assertThatThrownBy(() -> ofproto.translator().resume(bridge, in.continuation(), key, 13))
                .isInstanceOf(FlowModException.class).hasMessageContaining("13 bytes");
    }

    @Test
    void shouldRefuseWhatAPacketOutCannotMean() {
        List<OfAction> conjunction = List.of(new OfAction.Conjunction(1, 0, 2));
        assertThatThrownBy(() -> ofproto.translator().packetOut(bridge, 1, conjunction, key, 60))
                .isInstanceOf(FlowModException.class).hasMessageContaining("conjunction");
    }

    @Test
    void shouldForgetPausedPacketsInTime() {
        List<PacketIn> heard = new ArrayList<>();
        ofproto.addPacketInListener(heard::add);
        actions("udp,actions=controller(pause),output:2");
        DpAction.Userspace sent = (DpAction.Userspace) translate().actions().actions().getLast();
        for (int i = 0; i < PausedPackets.MAX + 5; i++) {
            ofproto.packetIn(sent.stateId(), new byte[60], key);
        }
        assertThat(ofproto.pausedPackets()).isEqualTo(PausedPackets.MAX);
        assertThatThrownBy(() -> ofproto.translator().resume(bridge, heard.getFirst().continuation(), key, 60))
                .as("the oldest went").isInstanceOf(FlowModException.class);
        nowNs = 61 * SECOND;
        ofproto.expire(nowNs);
        assertThat(ofproto.pausedPackets()).isZero();
    }

    @Test
    void shouldTellListenersOfSamples() {
        List<FlowSample> heard = new ArrayList<>();
        ofproto.addSampleListener(heard::add);
        actions("udp,actions=load:0x77->NXM_NX_REG0[],sample(probability=65535,collector_set_id=4,obs_domain_id=5,"
                + "obs_point_id=NXM_NX_REG0[],sampling_port=2,egress),output:2");
        DpAction.Userspace sampled = (DpAction.Userspace) translate().actions().actions().getFirst();
        assertThat(ofproto.packetIn(sampled.stateId(), new byte[60], key)).isTrue();
        FlowSample sample = heard.getFirst();
        assertThat(sample.collectorSetId()).isEqualTo(4);
        assertThat(sample.obsDomainId()).isEqualTo(5);
        assertThat(sample.obsPointId()).isEqualTo(0x77);
        assertThat(sample.samplingPort()).isEqualTo(2);
        assertThat(sample.inPort()).isEqualTo(1);
    }

    @Test
    void shouldNotSampleForAPortThatIsNotThere() {
        assertThat(actions("udp,actions=sample(probability=1,collector_set_id=4,sampling_port=77),output:2"))
                .isEqualTo("2");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            dec_nsh_ttl | OFPBAC_BAD_TYPE | dec_nsh_ttl
            encap(nsh(md_type=1)) | OFPBAC_BAD_TYPE | encap
            decap() | OFPBAC_BAD_TYPE | decap
            set_queue:3 | OFPBAC_BAD_QUEUE | set_queue
            enqueue:2:3 | OFPBAC_BAD_QUEUE | enqueue
            push_mpls:0x1234 | OFPBAC_BAD_ARGUMENT | 0x1234
            """)
    void shouldRefuseByName(String actions, OfError error, String culprit) {
        FlowModResult result = add(UDP + "actions=" + actions);
        assertThat(result.error()).isEqualTo(error);
        assertThat(result.message()).contains(culprit);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            udp,actions=ct(commit) | ct
            udp,actions=ct_clear | ct_clear
            udp,ct_state=+trk+est,actions=resubmit(,1,ct) | resubmit
            udp,actions=clone(ct(commit)) | ct
            """)
    void shouldRefuseConnectionTrackingWhereTheDatapathHasNone(String flow, String culprit) {
        Bridge basic = new Ofproto(() -> 0).addBridge("br0", FailMode.SECURE, 1);
        FlowModResult result = add(basic, flow);
        assertThat(result.error()).isEqualTo(OfError.OFPBAC_BAD_TYPE);
        assertThat(result.message()).contains(culprit).contains("connection tracking");
        assertThat(basic.flowCount()).isZero();
    }

    @Test
    void shouldLookConnectionsUpByTheirFirstPacket() {
        actions("ct_state=+est,udp,actions=resubmit(,1,ct),output:3",
                "table=1,udp,nw_src=10.0.0.7,tp_dst=53,actions=output:2");
        key.set(Fields.CT_STATE, 0x22);
        key.set(Fields.CT_NW_PROTO, 17);
        key.set(Fields.CT_NW_SRC, 0x0a000007);
        key.set(Fields.CT_TP_DST, 53);
        key.set(Fields.IPV4_SRC, 0x01020304);
        XlateOut out = translate();
        assertThat(DatapathFlowText.actions(out.actions())).isEqualTo("2,3");
        long[] looked = out.wildcards().toWords();
        assertThat(Fields.CT_NW_SRC.isAnySet(looked)).isTrue();
        assertThat(Fields.IPV4_SRC.isAnySet(looked)).isFalse();
    }

    @Test
    void shouldCutForNoReservedPortButThese() {
        FlowMod mod = FlowMod.builder(FlowCommand.ADD)
                .actions(List.of(new OfAction.OutputTrunc(OfPorts.NORMAL, 60))).build();
        assertThat(bridge.apply(List.of(mod), true).getFirst().error()).isEqualTo(OfError.OFPBAC_BAD_OUT_PORT);
        FlowMod tooShort = FlowMod.builder(FlowCommand.ADD)
                .actions(List.of(new OfAction.OutputTrunc(2, 13))).build();
        assertThat(bridge.apply(List.of(tooShort), true).getFirst().error()).isEqualTo(OfError.OFPBAC_BAD_ARGUMENT);
    }
}
