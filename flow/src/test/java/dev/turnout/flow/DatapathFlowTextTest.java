package dev.turnout.flow;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DatapathFlowTextTest {
    /** Texts in the normal form: what is parsed is printed alike. */
    @ParameterizedTest
    @ValueSource(strings = {"recirc_id(0),in_port(1),packet_type(ns=0,id=0),eth_type(0x0800),ipv4(frag=no)",
        "recirc_id(0x2),in_port(3),packet_type(ns=0,id=0),eth(src=50:54:00:00:00:09,dst=50:54:00:00:00:0a),eth_type(0x0806),"
                + "arp(sip=10.0.0.1,tip=10.0.0.2,op=1,sha=50:54:00:00:00:09,tha=00:00:00:00:00:00)",
        "recirc_id(0),in_port(1),packet_type(ns=0,id=0),eth(dst=01:00:00:00:00:00/01:00:00:00:00:00),eth_type(0x0800),"
                + "ipv4(src=10.1.0.0/255.255.0.0,dst=10.2.0.1,proto=6,tos=0/0x3,ttl=64,frag=no),tcp(src=80,dst=1024/0xfc00),tcp_flags(-syn+ack)",
        "recirc_id(0),in_port(1),packet_type(ns=0,id=0),eth_type(0x0800),ipv4(proto=6,frag=no),tcp_flags(syn|ack)",
        "recirc_id(0),in_port(1),packet_type(ns=0,id=0),eth_type(0x8100),vlan(vid=10,pcp=3),encap(eth_type(0x0800),ipv4(frag=first))",
        "recirc_id(0),in_port(1),packet_type(ns=0,id=0),eth_type(0x88a8),vlan(vid=10),"
                + "encap(eth_type(0x8100),vlan(vid=20),encap(eth_type(0x86dd),ipv6(dst=fe80::1,label=0x5,proto=17,hlimit=63,frag=later)))",
        "recirc_id(0),in_port(1),packet_type(ns=0,id=0),eth_type(0x86dd),ipv6(src=2001:db8::/ffff:ffff::,proto=58,frag=no),icmpv6(type=135,code=0),"
                + "nd(target=fe80::2,sll=00:01:02:03:04:05)",
        "recirc_id(0),in_port(1),packet_type(ns=0,id=0),eth_type(0x8847),mpls(label=100,tc=3,ttl=64,bos=1)",
        "recirc_id(0),in_port(1),packet_type(ns=0,id=0),eth_type(0x8847),mpls(label=100/0xfffff,tc=0/0,ttl=0/0x0,bos=0/0)",
        "recirc_id(0),skb_priority(0x5),in_port(1),skb_mark(0x10/0xf0),ct_state(+est-inv+trk),ct_zone(0x7),ct_mark(0x1),"
                + "ct_label(0x10000000000000002),packet_type(ns=0,id=0),eth_type(0x0800),ipv4(proto=132,frag=no),sctp(dst=7)",
        "recirc_id(0),in_port(1),packet_type(ns=0,id=0),eth_type(0/0xffff)",
        "recirc_id(0),in_port(1),packet_type(ns=0,id=0),eth_type(0x0800),ipv4(proto=1,frag=no),icmp(type=8,code=0)",
        "recirc_id(0),tunnel(tun_id=0x64,src=1.1.2.1,dst=1.1.2.2,ttl=64,flags(-csum+key)),in_port(9),packet_type(ns=0,id=0)",
        "recirc_id(0),in_port(1),packet_type(ns=0,id=0),eth_type(0x894f),nsh(flags=1,ttl=63,mdtype=1,np=3,spi=0x123456,si=255,c1=0x11)"})
    void parsesWhatItPrints(String text) {
        Match match = DatapathFlowParser.parse(text);

        assertThat(DatapathFlowText.key(new FlowKey(match.values()), match.mask())).isEqualTo(text);
    }

    @Test
    void printsEverythingWhenVerbose() {
        Match match = DatapathFlowParser.parse("in_port(1),eth_type(0x0800),ipv4(proto=17,frag=no),udp(dst=53)");

        String text = DatapathFlowText.key(new FlowKey(match.values()), match.mask(), true, port -> "p" + port);

        assertThat(text).isEqualTo(
                "recirc_id(0/0),dp_hash(0/0),skb_priority(0/0),in_port(p1),skb_mark(0/0),ct_state(0/0),ct_zone(0/0),ct_mark(0/0),"
                        + "ct_label(0/0),packet_type(ns=0,id=0),eth(src=00:00:00:00:00:00/00:00:00:00:00:00,dst=00:00:00:00:00:00/00:00:00:00:00:00),"
                        + "eth_type(0x0800),ipv4(src=0.0.0.0/0.0.0.0,dst=0.0.0.0/0.0.0.0,proto=17,tos=0/0,ttl=0/0,frag=no),udp(src=0/0,dst=53)");
        assertThat(DatapathFlowParser.parse(text, name -> Integer.parseInt(name.substring(1)))).isEqualTo(match);
    }

    @ParameterizedTest
    @ValueSource(strings = {"ipv5(src=1)", "ipv4(frog=no)", "ipv4(src=10.0.0.256)", "in_port(1", "in_port",
        "eth(src=00:00:00:00:00)",
        "ipv6(dst=fe80::1::2)", "tcp_flags(+fun)", "ct_zone(x)", "vlan(vid=1),encap(eth_type(0x0800)"})
    void namesTheWrongToken(String text) {
        assertThatThrownBy(() -> DatapathFlowParser.parse(text)).isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("\"");
    }

    @Test
    void printsActions() {
        DatapathActions actions = DatapathActions.of(new DpAction.SetEthernet(1, 0xffff_ffff_ffffL, 0, 0),
                new DpAction.SetIpv4(0x0a000001, -1, 0, 0, 0, 0, 63, 0xff),
                new DpAction.SetIpv6(0, 0, 0, 0, 0xfe80L << 48, 1, -1, -1, 0, 0, 0, 0, 5, 0xff),
                new DpAction.SetPorts(6, 0, 0, 80, 0xffff),
                new DpAction.SetMark(1, 0xff), new DpAction.PushVlan(0x8100, 0x600a), new DpAction.PushVlan(0x88a8, 1),
                new DpAction.PopVlan(),
                new DpAction.PushMpls(0x8847, 100 << 12 | 1 << 8 | 64), new DpAction.PopMpls(0x800),
                new DpAction.SetMpls(5 << 12, 0xfffff << 12),
                new DpAction.Trunc(100), new DpAction.Clone(List.of(new DpAction.Output(4))), new DpAction.Meter(2),
                new DpAction.Sample(0x8000_0000, List.of(new DpAction.Output(4))),
                new DpAction.CheckPktLen(200, List.of(new DpAction.PopVlan(), new DpAction.Output(4)), List.of()),
                new DpAction.Recirc(16),
                DpAction.Userspace.controller(7), new DpAction.Output(2));

        assertThat(DatapathFlowText.actions(actions))
                .isEqualTo("set(eth(src=00:00:00:00:00:01)),set(ipv4(src=10.0.0.1,ttl=63)),"
                        + "set(ipv6(dst=fe80::1,hlimit=5)),set(tcp(dst=80)),set(skb_mark(0x1/0xff)),push_vlan(vid=10,pcp=3),"
                        + "push_vlan(tpid=0x88a8,vid=1,pcp=0),pop_vlan,push_mpls(label=100,tc=0,ttl=64,bos=1,eth_type=0x8847),pop_mpls(eth_type=0x800),"
                        + "set(mpls(label=5/0xfffff,tc=0/0,ttl=0/0x0,bos=0/0)),trunc(100),clone(4),meter(2),"
                        + "sample(sample=50.0%,actions(4)),check_pkt_len(size=200,gt(pop_vlan,4),le(drop)),recirc(0x10),"
                        + "userspace(pid=0,controller(recirc_id=7)),2");
        assertThat(DatapathFlowText.actions(DatapathActions.DROP)).isEqualTo("drop");
    }

    @Test
    void printsCounters() {
        assertThat(DatapathFlowText.stats(1, 64, 1_000_000, 0)).isEqualTo("packets:1, bytes:64, used:0.001s");
        assertThat(DatapathFlowText.stats(0, 0, -1, 0)).isEqualTo("packets:0, bytes:0, used:never");
        assertThat(DatapathFlowText.stats(9, 900, 2_500_000_000L, 0x1a))
                .isEqualTo("packets:9, bytes:900, used:2.500s, flags:SP.");
    }
}
