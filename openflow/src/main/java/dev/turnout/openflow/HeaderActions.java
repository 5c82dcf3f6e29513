package dev.turnout.openflow;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

import dev.turnout.flow.AddressText;
import dev.turnout.openflow.ActionTexts.ArgumentReader;

/** Reads the actions that change one header field each, in OpenFlow 1.0's and 1.1's way. */
final class HeaderActions {
    private HeaderActions() {
    }

    static void addTo(Map<String, ArgumentReader> table) {
        addVlan(table);
        table.put("mod_dl_src", (c, text, start, end) -> new OfAction.SetEthSrc(mac(text, start, end)));
        table.put("mod_dl_dst", (c, text, start, end) -> new OfAction.SetEthDst(mac(text, start, end)));
        table.put("mod_nw_src", (c, text, start, end) -> new OfAction.SetIpv4Src(ip(text, start, end)));
        table.put("mod_nw_dst", (c, text, start, end) -> new OfAction.SetIpv4Dst(ip(text, start, end)));
        table.put("mod_nw_tos", (c, text, start, end) -> {
            int tos = Numbers.u8(text, start, end, "TOS");
            return new OfAction.SetIpDscp(require((tos & 3) == 0, tos, text, start, end, "TOS"));
        });
        table.put("mod_nw_ecn", (c, text, start, end) -> {
            int ecn = Numbers.u8(text, start, end, "ECN");
            return new OfAction.SetIpEcn(require(ecn <= 3, ecn, text, start, end, "ECN"));
        });
        ArgumentReader ttl = (c, text, start, end) -> new OfAction.SetIpTtl(Numbers.u8(text, start, end, "TTL"));
        table.put("mod_nw_ttl", ttl);
        table.put("set_nw_ttl", ttl);
        table.put("mod_tp_src",
                (c, text, start, end) -> new OfAction.SetL4Src(Numbers.u16(text, start, end, "source port")));
        table.put("mod_tp_dst",
                (c, text, start, end) -> new OfAction.SetL4Dst(Numbers.u16(text, start, end, "destination port")));
        table.put("dec_ttl", (c, text, start, end) -> decTtl(text, start, end));
        addMpls(table);
        table.put("dec_nsh_ttl", (c, text, start, end) -> new OfAction.DecNshTtl());
        table.put("set_tunnel",
                (c, text, start, end) -> new OfAction.SetTunnel(Numbers.u64(text, start, end, "set_tunnel"), false));
        table.put("set_tunnel64",
                (c, text, start, end) -> new OfAction.SetTunnel(Numbers.u64(text, start, end, "set_tunnel64"), true));
    }

    private static void addVlan(Map<String, ArgumentReader> table) {
        table.put("set_vlan_vid", (c, text, start, end) -> new OfAction.SetVlanVid(vid(text, start, end), false));
        table.put("mod_vlan_vid", (c, text, start, end) -> new OfAction.SetVlanVid(vid(text, start, end), true));
        table.put("set_vlan_pcp", (c, text, start, end) -> new OfAction.SetVlanPcp(pcp(text, start, end), false));
        table.put("mod_vlan_pcp", (c, text, start, end) -> new OfAction.SetVlanPcp(pcp(text, start, end), true));
        table.put("strip_vlan", (c, text, start, end) -> new OfAction.StripVlan(false));
        table.put("pop_vlan", (c, text, start, end) -> new OfAction.StripVlan(true));
        table.put("push_vlan", (context, text, start, end) -> {
            context.restrict(Protocols.P_OF11_UP);
            int type = Numbers.u16(text, start, end, "ethertype");
            return new OfAction.PushVlan(
                    require(type == EthTypes.VLAN || type == EthTypes.VLAN_AD, type, text, start, end,
                            "VLAN ethertype"));
        });
    }

    private static void addMpls(Map<String, ArgumentReader> table) {
        table.put("set_mpls_label", (c, text, start, end) -> {
            int label = Numbers.u32(text, start, end, "set_mpls_label");
            return new OfAction.SetMplsLabel(require(label >>> 20 == 0, label, text, start, end, "MPLS label"));
        });
        table.put("set_mpls_tc", (c, text, start, end) -> {
            int tc = Numbers.u8(text, start, end, "MPLS TC");
            return new OfAction.SetMplsTc(require(tc <= 7, tc, text, start, end, "MPLS TC"));
        });
        table.put("set_mpls_ttl",
                (c, text, start, end) -> new OfAction.SetMplsTtl(Numbers.u8(text, start, end, "MPLS TTL")));
        table.put("dec_mpls_ttl", (c, text, start, end) -> new OfAction.DecMplsTtl());
        table.put("push_mpls",
                (c, text, start, end) -> new OfAction.PushMpls(Numbers.u16(text, start, end, "push_mpls")));
        table.put("pop_mpls", (c, text, start, end) -> new OfAction.PopMpls(Numbers.u16(text, start, end, "pop_mpls")));
    }

    private static int require(boolean valid, int value, String text, int start, int end, String what) {
        if (!valid) {
            throw new FlowSyntaxException(text.substring(start, end) + ": not a valid " + what);
        }
        return value;
    }

    private static int vid(String text, int start, int end) {
        int vid = Numbers.u16(text, start, end, "VLAN VID");
        return require(vid <= 0xfff, vid, text, start, end, "VLAN VID");
    }

    private static int pcp(String text, int start, int end) {
        int pcp = Numbers.u8(text, start, end, "VLAN PCP");
        return require(pcp <= 7, pcp, text, start, end, "VLAN PCP");
    }

    private static long mac(String text, int start, int end) {
        long mac = AddressText.parseMac(text, start, end);
        if (mac < 0) {
            throw new FlowSyntaxException("invalid mac address " + text.substring(start, end));
        }
        return mac;
    }

    private static int ip(String text, int start, int end) {
        long address = AddressText.parseIpv4(text, start, end);
        if (address < 0) {
            throw new FlowSyntaxException(text.substring(start, end) + ": could not convert to IP address");
        }
        return (int) address;
    }

    private static OfAction decTtl(String text, int start, int end) {
        if (start == end) {
            return OfAction.DecTtl.DEFAULT;
        }
        List<Integer> ids = new ArrayList<>();
        for (String word : ActionTexts.words(text, start, end)) {
            ids.add(Numbers.u16(word, 0, word.length(), "controller id"));
        }
        if (ids.isEmpty()) {
            throw new FlowSyntaxException("dec_ttl: expected at least one controller id");
        }
        return new OfAction.DecTtl(ids);
    }
}
