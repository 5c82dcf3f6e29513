package dev.turnout.ofctl.flows;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HexFormat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PacketTextTest {
    /** Expectations are what {@code ovs-ofctl parse-pcap} of Open vSwitch 3.1 prints, without the port. */
    @ParameterizedTest(name = "{1}")
    @CsvSource(delimiter = '|', textBlock = """
            88b5                 | vlan_tci=0x0000
            8100 a005 88b5       | dl_vlan=5,dl_vlan_pcp=5,vlan_tci1=0x0000
            88a8 0064 8100 e005 88b5 | dl_vlan=100,dl_vlan_pcp=0,dl_vlan1=5,dl_vlan_pcp1=7
            8100 0000 8100 0fff 88b5 | dl_vlan=0,dl_vlan_pcp=0,dl_vlan1=4095,dl_vlan_pcp1=0
            """)
    void shouldPrintEveryVlanTag(String tags, String printed) {
        byte[] frame = HexFormat.of().parseHex("020000000002020000000001" + tags.replace(" ", "") + "00".repeat(46));
        try (PacketText text = new PacketText()) {
            assertThat(text.line(frame))
                    .isEqualTo(printed + ",dl_src=02:00:00:00:00:01,dl_dst=02:00:00:00:00:02,dl_type=0x88b5");
        }
    }
}
