package dev.turnout.openflow;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CtStateTextTest {
    @ParameterizedTest
    @CsvSource(delimiter = ':', value = {"trk,new:0x21:new|trk", "est trk:0x22:est|trk",
        "trk,,rel , est:0x26:est|rel|trk",
        "trk,rpl,est:0x2a:est|rpl|trk", "inv,trk:0x30:inv|trk", "trk,snat,dnat,trk:0xe0:trk|snat|dnat", "trk:0x20:trk"})
    void shouldReadAndWriteFlags(String text, String bits, String written) {
        assertThat(CtStateText.parse(text)).isEqualTo(Integer.decode(bits));
        assertThat(CtStateText.format(CtStateText.parse(text))).isEqualTo(written);
    }

    @ParameterizedTest
    @CsvSource(delimiter = ':', value = {"new:a packet that was tracked has trk",
        "'':a packet that was tracked has trk",
        "trk,inv,est:inv goes with trk only", "trk,new,est:new and est exclude each other",
        "trk,new,rpl:new and rpl exclude each other"})
    void shouldRefuseStatesThatTrackingNeverReports(String text, String why) {
        assertThatThrownBy(() -> CtStateText.parse(text)).isInstanceOf(FlowSyntaxException.class)
                .hasMessage("\"" + text + "\": no state of a connection: " + why);
    }

    @Test
    void shouldNameAnUnknownFlag() {
        assertThatThrownBy(() -> CtStateText.parse("trk,bogus,est")).isInstanceOf(FlowSyntaxException.class)
                .hasMessageStartingWith("bogus: unknown ct_state flag");
        assertThatThrownBy(() -> CtStateText.parse("trk|est")).hasMessageStartingWith("trk|est: unknown ct_state flag");
    }
}
