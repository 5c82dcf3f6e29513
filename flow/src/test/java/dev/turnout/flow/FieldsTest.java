package dev.turnout.flow;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

import dev.turnout.flow.Field.Prerequisite;
import org.junit.jupiter.api.Test;

class FieldsTest {
    /** Fields that are another field's bits under another name. */
    private static final List<Set<String>> VIEWS = List.of(Set.of("in_port", "in_port_oxm"),
            Set.of("vlan_tci", "dl_vlan", "vlan_vid", "dl_vlan_pcp", "vlan_pcp"),
            Set.of("nw_tos", "ip_dscp", "nw_ecn"));

    @Test
    void keepsFieldsInsideTheirWords() {
        for (Field field : Fields.all()) {
            if (!field.isStored()) {
                continue;
            }
            assertThat(field.word() + field.wordCount()).as(field.name()).isLessThanOrEqualTo(FlowLayout.WORDS);
            if (field.isWide()) {
                assertThat(field.shift()).as(field.name()).isZero();
            } else {
                assertThat(field.bits() + field.shift()).as(field.name()).isLessThanOrEqualTo(64);
            }
            assertThat(field.nominalBits()).as(field.name()).isLessThanOrEqualTo(field.wireBytesBits());
            assertThat(field.wireBytesBits() % 8).as(field.name()).isZero();
        }
    }

    /** Two fields share bits only if no packet has both, or one is a view of the other. */
    @Test
    void overlapsOnlyWhatNoPacketHasTogether() {
        for (Field a : Fields.all()) {
            for (Field b : Fields.all()) {
                if (a.index() < b.index() && a.isStored() && b.isStored() && overlap(a, b)) {
                    assertThat(isView(a, b) || exclude(a.prerequisite(), b.prerequisite()))
                            .as(a + " and " + b + " share bits").isTrue();
                }
            }
        }
    }

    private static boolean overlap(Field a, Field b) {
        long[] x = new long[FlowLayout.WORDS];
        a.setAll(x);
        return b.isAnySet(x);
    }

    private static boolean isView(Field a, Field b) {
        return VIEWS.stream().anyMatch(view -> view.contains(a.name()) && view.contains(b.name()))
                || (a.name().matches("x?x?reg\\d+") && b.name().matches("x?x?reg\\d+")
                        && !a.name().replaceAll("\\d", "").equals(b.name().replaceAll("\\d", "")));
    }

    private static int network(Prerequisite p) {
        return switch (p) {
            case ARP -> 1;
            case IPV4, ICMPV4 -> 2;
            case IPV6, ICMPV6, ND, ND_SOLICIT, ND_ADVERT -> 3;
            case IP_ANY, TCP, UDP, SCTP -> 4;
            case MPLS -> 5;
            case NSH -> 6;
            default -> 0;
        };
    }

    private static int transport(Prerequisite p) {
        return switch (p) {
            case TCP -> 1;
            case UDP -> 2;
            case SCTP -> 3;
            case ICMPV4 -> 4;
            case ICMPV6, ND, ND_SOLICIT, ND_ADVERT -> 5;
            default -> 0;
        };
    }

    private static boolean exclude(Prerequisite a, Prerequisite b) {
        int x = network(a);
        int y = network(b);
        boolean ipBoth = (x == 4 && (y == 2 || y == 3)) || (y == 4 && (x == 2 || x == 3));
        boolean networks = x != 0 && y != 0 && x != y && !ipBoth;
        int s = transport(a);
        int t = transport(b);
        return networks || (s != 0 && t != 0 && s != t);
    }

    @Test
    void givesEveryNumberOnce() {
        Map<String, String> seen = new HashMap<>();
        for (Field field : Fields.all()) {
            for (long number : new long[]{field.oxm(), field.nxm()}) {
                if (number >= 0) {
                    boolean experimental = number >>> 32 == 0xffff;
                    String id = Long.toHexString(number) + (experimental ? "/" + field.experimenter() : "");
                    assertThat(seen.put(id, field.name())).as("number " + id + " of " + field).isNull();
                }
            }
        }
    }

    @Test
    void findsFieldsByAllTheirNames() {
        Set<String> names = new HashSet<>();
        for (Field field : Fields.all()) {
            assertThat(Fields.byName(field.name())).isSameAs(field);
            assertThat(Fields.byName(field.longName())).isSameAs(field);
            assertThat(Fields.byName(field.setFieldName())).isSameAs(field);
            assertThat(names.add(field.name())).isTrue();
            if (!field.alias().isEmpty()) {
                assertThat(Fields.byName(field.alias())).isSameAs(field);
            }
        }
        assertThat(Fields.byName("nxm_nx_reg0")).isSameAs(Fields.reg(0));
        assertThat(Fields.byName("OXM_OF_IPV4_SRC")).isSameAs(Fields.IPV4_SRC);
        assertThat(Fields.byName("NXM_OF_IP_SRC")).isSameAs(Fields.IPV4_SRC);
        assertThat(Fields.byName("ONFOXM_ET_TCP_FLAGS")).isSameAs(Fields.TCP_FLAGS);
        assertThat(Fields.byName("tunnel_id")).isSameAs(Fields.TUN_ID);
        assertThat(Fields.byName("reg32")).isNull();
    }

    @Test
    void namesFieldsInActions() {
        assertThat(Fields.ETH_SRC.longName()).isEqualTo("NXM_OF_ETH_SRC");
        assertThat(Fields.SCTP_DST.longName()).isEqualTo("OXM_OF_SCTP_DST");
        assertThat(Fields.reg(3).longName()).isEqualTo("NXM_NX_REG3");
        assertThat(Fields.reg(16).longName()).isEqualTo("NXOXM_ET_REG16");
        assertThat(Fields.xreg(1).longName()).isEqualTo("OXM_OF_PKT_REG1");
        assertThat(Fields.IPV4_DST.setFieldName()).isEqualTo("ip_dst");
        assertThat(Fields.IP_ECN.setFieldName()).isEqualTo("nw_ecn");
    }

    @Test
    void laysWideRegistersOverNarrowOnes() {
        long[] words = new long[FlowLayout.WORDS];
        for (int i = 0; i < 32; i++) {
            Fields.reg(i).set(words, 0x100 + i);
        }
        for (int i = 0; i < 16; i++) {
            assertThat(Fields.xreg(i).get(words)).isEqualTo((0x100L + 2L * i) << 32 | (0x101 + 2 * i));
        }
        for (int i = 0; i < 8; i++) {
            assertThat(words[Fields.xxreg(i).word()]).isEqualTo(Fields.xreg(2 * i).get(words));
        }
    }

    @Test
    void readsAndWritesEveryFieldOfOneWord() {
        for (Field field : Fields.all()) {
            if (field.isStored() && !field.isWide()) {
                long[] words = new long[FlowLayout.WORDS];
                Arrays.fill(words, 0x5555_5555_5555_5555L);
                long max = field.bits() == 64 ? -1L : (1L << field.bits()) - 1;
                field.set(words, max);
                assertThat(field.get(words)).as(field.name()).isEqualTo(max);
                assertThat(field.isAllSet(words)).isTrue();
                field.clear(words);
                assertThat(field.isAnySet(words)).isFalse();
                for (int i = 0; i < words.length; i++) {
                    long outside = i == field.word() ? ~field.wordMask(0) : -1L;
                    assertThat(words[i] & outside).isEqualTo(0x5555_5555_5555_5555L & outside);
                }
            }
        }
    }
}
