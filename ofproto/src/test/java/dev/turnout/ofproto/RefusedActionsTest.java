package dev.turnout.ofproto;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;

import dev.turnout.openflow.FlowCommand;
import dev.turnout.openflow.FlowMod;
import dev.turnout.openflow.FlowParser;
import dev.turnout.openflow.FlowSyntaxException;
import dev.turnout.openflow.OfError;
import dev.turnout.openflow.PortNames;
import dev.turnout.openflow.Protocols;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What is said to who writes {@code learn}, {@code conjunction}, {@code multipath} or {@code bundle} wrongly, by the text's reader or by the bridge. */
class RefusedActionsTest {
    /** Actions, OpenFlow's error (- where the text is none of OpenFlow's), what the message names. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '\0', value = {
        "learn(table=300)                                      | -                         | unknown table \"300\"",
        "learn(table=255)                                      | -                         | table id 255",
        "learn(table=254)                                      | OFPBRC_EPERM              | learn(table=254)",
        "learn(table=1,foo=3)                                  | -                         | foo",
        "learn(NXM_OF_IP_SRC[])                                | OFPBAC_MATCH_INCONSISTENT | nw_src lacks its prerequisites",
        "learn(eth_type=0x800,NXM_OF_IP_SRC[])                 | OFPBAC_MATCH_INCONSISTENT | nw_src lacks its prerequisites",
        "learn(load:1->NXM_OF_IP_SRC[])                        | OFPBAC_MATCH_INCONSISTENT | nw_src lacks its prerequisites",
        "learn(limit=1,result_dst=eth_type[0])                 | -                         | eth_type[0] is read-only",
        "learn(limit=1,result_dst=ct_mark[0])                  | OFPBAC_BAD_SET_ARGUMENT   | learn(result_dst) ct_mark",
        "learn(limit=1,result_dst=nw_src[0])                   | OFPBAC_MATCH_INCONSISTENT | nw_src",
        "conjunction(1,0/2)                                    | -                         | clause index 0",
        "conjunction(1,3/2)                                    | -                         | clause index 3",
        "conjunction(1,1/1)                                    | -                         | at least 2 clauses",
        "conjunction(1,1/65)                                   | -                         | at most 64 clauses",
        "conjunction(1,1/2),output:1                           | OFPBAC_UNSUPPORTED_ORDER  | \"output\"",
        "conjunction(1,1/2),goto_table:3                       | OFPBAC_UNSUPPORTED_ORDER  | \"goto_table\"",
        "clone(conjunction(1,1/2))                             | OFPBAC_BAD_TYPE           | cannot be in clone",
        "clone(output:1,clone(conjunction(1,1/2)))             | OFPBAC_BAD_TYPE           | cannot be in clone",
        "multipath(eth_src,50,foo,1,0,reg0[])                  | -                         | unknown algorithm `foo'",
        "multipath(foo,50,modulo_n,1,0,reg0[])                 | -                         | unknown fields `foo'",
        "multipath(eth_src,50,modulo_n,1,0,foo[])              | -                         | unknown field `foo'",
        "multipath(eth_src,50,modulo_n,0,0,reg0[])             | -                         | n_links 0",
        "multipath(eth_src,50,modulo_n,300,0,reg0[0..7])       | -                         | n_links 300",
        "multipath(eth_src,50,modulo_n,1,0,nw_src[])           | OFPBAC_MATCH_INCONSISTENT | nw_src lacks its prerequisites",
        "multipath(eth_src,50,modulo_n,1,0,eth_type[])         | OFPBAC_BAD_SET_ARGUMENT   | NXM_OF_ETH_TYPE[]",
        "bundle(eth_src,0,foo,ofport,members:1,2)              | -                         | unknown algorithm `foo'",
        "bundle(foo,0,hrw,ofport,members:1,2)                  | -                         | unknown fields `foo'",
        "bundle(eth_src,0,hrw,foo,members:1,2)                 | -                         | unknown member_type `foo'",
        "bundle(eth_src,0,hrw,ofport,members:70000)            | -                         | 70000",
        "bundle(eth_src,0,hrw,ofport,members:controller)       | OFPBAC_BAD_OUT_PORT       | member 65533",
        "bundle_load(eth_src,0,hrw,ofport,reg0[0..3],members:1)| OFPBAC_BAD_ARGUMENT       | 16 bits expected",
        "bundle_load(eth_src,0,hrw,ofport,nw_src[],members:1)  | OFPBAC_MATCH_INCONSISTENT | nw_src lacks its prerequisites"})
    void shouldNameTheCulprit(String actions, String error, String culprit) {
        Bridge bridge = new Ofproto(() -> 0).addBridge("br0", FailMode.SECURE, 1);
        String message;
        @Nullable
        OfError refused;
        try {
            FlowMod mod = FlowParser.parseFlowMod("actions=" + actions, FlowCommand.ADD, PortNames.NONE,
                    Protocols.DEFAULT);
            FlowModResult result = bridge.apply(List.of(mod), true).get(0);
            assertThat(result.isOk()).as("accepted").isFalse();
            message = result.message();
            refused = result.error();
        } catch (FlowSyntaxException e) {
            message = e.text();
            refused = e.error();
        }
        assertThat(refused == null ? "-" : refused.name()).isEqualTo(error);
        assertThat(message).contains(culprit).doesNotContain("\n");
        assertThat(bridge.flowCount()).isZero();
    }
}
