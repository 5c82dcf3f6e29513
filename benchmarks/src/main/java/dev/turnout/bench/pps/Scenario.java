package dev.turnout.bench.pps;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * What is measured: traffic and rules. Names and contents are those of the comparison with Open vSwitch.
 *
 * @param name
 *            its name
 * @param traffic
 *            what each replaying port replays
 * @param ports
 *            how many ports replay; each has the rules, with its own in_port
 * @param rules
 *            rules in the syntax of {@code ovs-ofctl}, one per line
 */
record Scenario(String name, Traffic traffic, int ports, String rules) {
    private static final String UDP80 = "in_port=1,udp,tp_dst=80";
    private static final String PIPELINE = """
            table=0,in_port=1,ip,actions=goto_table:1
            table=1,udp,actions=goto_table:2
            table=2,udp,tp_dst=80,actions=goto_table:3
            table=3,ip,nw_src=10.0.0.0/8,actions=output:2
            """;
    private static final Map<String, Scenario> ALL = all();

    private static Map<String, Scenario> all() {
        Map<String, Scenario> all = new LinkedHashMap<>();
        Map<String, Integer> sizes = new LinkedHashMap<>();
        sizes.put("1", 1);
        sizes.put("1k", 1000);
        sizes.put("8k", 8000);
        sizes.put("100k", 100_000);
        sizes.forEach((label, flows) -> add(all, "port-" + label, Traffic.udp(flows), "in_port=1,actions=output:2"));
        sizes.forEach((label, flows) -> add(all, "emc-" + label, Traffic.udp(flows), UDP80 + ",actions=output:2"));
        for (int masks : new int[]{1, 5, 20, 50, 200}) {
            add(all, "masks-" + masks, Traffic.masks(100_000, masks), maskRules(masks));
        }
        for (int masks : new int[]{20, 50}) {
            add(all, "masks-" + masks + "-smc", Traffic.masks(100_000, masks), maskRules(masks));
        }
        Traffic thousand = Traffic.udp(1000);
        add(all, "act-output", thousand, UDP80 + ",actions=output:2");
        add(all, "act-vlan", thousand, UDP80 + ",actions=push_vlan:0x8100,set_field:4106->vlan_vid,output:2");
        add(all, "act-eth-ttl", thousand,
                UDP80 + ",actions=set_field:02:00:00:00:00:99->eth_dst,dec_ttl,output:2");
        add(all, "act-nat", thousand,
                UDP80 + ",actions=set_field:30.0.0.1->ip_dst,set_field:8080->udp_dst,output:2");
        add(all, "tables-4", thousand, PIPELINE);
        all.put("ports-8", new Scenario("ports-8", Traffic.masks(12_500, 20), 8, maskRules(20)));
        return all;
    }

    private static void add(Map<String, Scenario> all, String name, Traffic traffic, String rules) {
        all.put(name, new Scenario(name, traffic, 1, rules));
    }

    /** One rule per class of the traffic, each with its own pair of prefix lengths. */
    private static String maskRules(int count) {
        int step = count <= 51 ? 4 : 1;
        StringBuilder rules = new StringBuilder();
        for (int k = 0; k < count; k++) {
            rules.append(
                    String.format("priority=%d,in_port=1,ip,nw_src=%d.0.0.0/%d,nw_dst=20.0.0.0/%d,actions=output:2%n",
                            1000 - k, 10 + k, 8 + k % 17, 8 + k / 17 * step));
        }
        return rules.toString();
    }

    /** Rules that decide the same packets of {@link Traffic.Kind#MASKS} the same way, each with a mask that none of the former has. */
    static String withOtherMasks(String rules) {
        return rules.replace(",ip,", ",udp,tp_dst=80,");
    }

    /** The scenarios that names and patterns with * stand for. */
    static List<Scenario> find(List<String> patterns) {
        List<Scenario> found = new ArrayList<>();
        for (String pattern : patterns) {
            String glob = pattern.equals("all") ? "*" : pattern;
            Pattern regex = Pattern.compile(Pattern.quote(glob).replace("*", "\\E.*\\Q"));
            List<Scenario> matching = ALL.values().stream().filter(s -> regex.matcher(s.name()).matches()).toList();
            if (matching.isEmpty()) {
                throw new IllegalArgumentException(
                        "no scenario '" + pattern + "'; one of: " + String.join(" ", ALL.keySet()));
            }
            matching.stream().filter(s -> !found.contains(s)).forEach(found::add);
        }
        return found;
    }

    static Iterable<String> names() {
        return ALL.keySet();
    }
}
