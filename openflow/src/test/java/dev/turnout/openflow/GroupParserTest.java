package dev.turnout.openflow;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;

import dev.turnout.openflow.GroupMod.Command;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Group texts, held against what {@code ovs-ofctl} 3.1 did with them. */
class GroupParserTest {
    private static final PortNames PORTS = PortNames.of(Map.of("p1", 1, "p2", 2));

    private static GroupMod parse(String text, Command command) {
        return new GroupParser(PORTS, Protocols.ANY).parse(text, command);
    }

    private static GroupMod add(String text) {
        return parse(text, Command.ADD);
    }

    /** Left: what was given to add-group; right: what dump-groups of OpenFlow 1.5 printed, after "group_id=1,". */
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            type=select,bucket=weight:2,actions=output:1,bucket=output:2 | type=select,bucket=bucket_id:0,weight:2,actions=output:1,bucket=bucket_id:1,actions=output:2
            type=select,selection_method=hash,selection_method_param=7,fields(ip_dst,tcp_src=0xff),bucket=bucket_id:5,watch_port:1,watch_group:1,actions=output:1,bucket=bucket_id=9,output:2,set_field:10.0.0.1->ip_dst | type=select,selection_method=hash,selection_method_param=7,fields(ip_dst,tcp_src=255),bucket=bucket_id:5,watch_port:1,watch_group:1,actions=output:1,bucket=bucket_id:9,actions=output:2,set_field:10.0.0.1->ip_dst
            type=indirect,bucket=drop | type=indirect,bucket=bucket_id:0,actions=drop
            type=all,bucket=actions=1,bucket=actions=2 | type=all,bucket=bucket_id:0,actions=output:1,bucket=bucket_id:1,actions=output:2
            type=all,bucket=1,2,3 | type=all,bucket=bucket_id:0,actions=output:1,output:2,output:3
            type=select,bucket=weight:0,1 | type=select,bucket=bucket_id:0,weight:0,actions=output:1
            type=select,bucket=group:99 | type=select,bucket=bucket_id:0,actions=group:99
            type=all,bucket=resubmit(,3) | type=all,bucket=bucket_id:0,actions=resubmit(,3)
            type=all,bucket=actions= | type=all,bucket=bucket_id:0,actions=drop
            type=select,selection_method=hash,fields=ip_dst=255.255.255.0,bucket=1 | type=select,selection_method=hash,fields=ip_dst=255.255.255.0,bucket=bucket_id:0,actions=output:1
            type=all | type=all
            type=ff bucket=watch_port:p2,p1 | type=ff,bucket=bucket_id:0,watch_port:2,actions=output:1
            """)
    void shouldReadAndPrint(String given, String printed) {
        GroupMod group = add("group_id=1," + given);
        assertThat(GroupPrinter.text(group, PortNames.NONE)).isEqualTo("group_id=1," + printed);
        assertThat(add(GroupPrinter.text(group, PORTS))).isEqualTo(group);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            type=all,bucket=1 | must specify a group_id
            group_id=6,bucket=1 | must specify a type
            group_id=6,type=foo,bucket=1 | invalid group type foo
            group_id=7,type=indirect,bucket=1,bucket=2 | Indirect groups can have at most one bucket.
            group_id=7,type=ff,bucket=1 | fast failover bucket requires watch_port or watch_group
            group_id=7,type=all,foo=1,bucket=1 | unknown keyword foo
            group_id=7,type=all,weight=1,bucket=1 | unknown keyword weight
            group_id=all,type=all,bucket=1 | group_id=all
            group_id=4294967041,type=all,bucket=1 | invalid group id 4294967041
            group_id=foo,type=all,bucket=1 | invalid numeric format foo
            group_id=8,type=all,bucket=weight:2,1 | Only select groups can have bucket weights.
            group_id=9,type=select,bucket=weight:70000,1 | invalid weight "70000"
            group_id=9,type=select,bucket=weight:x,1 | invalid weight "x"
            group_id=13,type=select,bucket=watch_port:foo,1 | foo: invalid watch_port
            group_id=15,type=select,bucket=bucket_id=1,1,bucket=bucket_id=1,2 | bucket_id=1: two buckets
            group_id=16,type=select,bucket=bucket_id=4294967041,1 | invalid bucket_id id 4294967041
            group_id=16,type=select,bucket=bucket_id=all,1 | invalid numeric format all
            group_id=18,type=select,selection_method=hash_very_long_method,bucket=1 | selection method is longer than 15 bytes long
            group_id=18,type=select,selection_method_param=1,bucket=1 | selection_method_param is only allowed with "selection_method"
            group_id=18,type=select,fields=ip_dst,bucket=1 | fields may only be specified with "selection_method=hash"
            group_id=18,type=select,selection_method=dp_hash,fields=ip_dst,bucket=1 | fields may only be specified with "selection_method=hash"
            group_id=18,type=select,selection_method=hash,fields=foo,bucket=1 | unknown field foo
            group_id=19,type=select,selection_method=hash,fields=ip_dst=255.255.255.0/8,bucket=1 | 255.255.255.0/8: wildcards not allowed here
            group_id=20,type=select,command_bucket_id=1,bucket=1 | command bucket id is not needed
            group_id=20,type=all,bucket=foo | unknown action foo
            group_id=20,type=all,bucket= | bucket must specify actions
            group_id=22,type=all,bucket=goto_table:3 | goto_table instruction not allowed here
            group_id=26,type=all,bucket=write_actions(1) | write_actions instruction not allowed here
            """)
    void shouldRefuseAdditions(String text, String message) {
        assertThatThrownBy(() -> add(text)).isInstanceOf(FlowSyntaxException.class).hasMessageContaining(message);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            INSERT_BUCKETS | group_id=1,command_bucket_id=all,bucket=1 | command_bucket_id=all is not permitted
            INSERT_BUCKETS | group_id=1,bucket=1 | must specify a command bucket id
            INSERT_BUCKETS | group_id=1,command_bucket_id=last | must specify a bucket
            INSERT_BUCKETS | group_id=1,type=all,command_bucket_id=last,bucket=1 | type is not needed
            REMOVE_BUCKETS | group_id=1 | must specify a command bucket id
            REMOVE_BUCKETS | group_id=1,command_bucket_id=first,bucket=1 | bucket is not needed
            DELETE | foo=1 | unknown keyword foo
            DELETE | group_id=1,bucket=1 | bucket is not needed
            """)
    void shouldRefuseCommands(Command command, String text, String message) {
        assertThatThrownBy(() -> parse(text, command)).isInstanceOf(FlowSyntaxException.class)
                .hasMessageContaining(message);
    }

    @Test
    void shouldReadCommands() {
        GroupMod insert = parse("group_id=1,command_bucket_id=last,bucket=bucket_id:7,3,bucket=4",
                Command.INSERT_BUCKETS);
        assertThat(insert.commandBucket()).isEqualTo(GroupMod.LAST_BUCKET);
        assertThat(insert.buckets()).extracting(GroupBucket::id).containsExactly(7, GroupBucket.UNNUMBERED);
        assertThat(parse("group_id=1,command_bucket_id=5", Command.REMOVE_BUCKETS).commandBucket()).isEqualTo(5);
        assertThat(parse("", Command.DELETE).group()).isEqualTo(GroupMod.ALL_GROUPS);
        assertThat(parse("group_id=all", Command.DELETE).group()).isEqualTo(GroupMod.ALL_GROUPS);
    }

    @ParameterizedTest
    @ValueSource(strings = {"add group_id=2,type=all,bucket=1", " modify group_id=2,type=all,bucket=1",
        "add_or_mod group_id=2,type=all,bucket=1", "delete group_id=2",
        "insert_bucket group_id=2,command_bucket_id=last,bucket=1", "remove_bucket group_id=2,command_bucket_id=first"})
    void shouldReadLines(String line) {
        GroupMod mod = new GroupParser(PORTS, Protocols.ANY).parseLine(line);
        assertThat(line.strip()).startsWith(mod.command().keyword());
        assertThat(mod.group()).isEqualTo(2);
    }

    @Test
    void shouldSayWhatTheVersionCan() {
        assertThatThrownBy(() -> new GroupParser(PORTS, Protocols.OPENFLOW13)
                .parse("group_id=1,type=select,selection_method=hash,bucket=1", Command.ADD))
                .hasMessageContaining("usable flow formats");
        GroupMod group = add("group_id=2,type=select,selection_method=hash,bucket=bucket_id:7,weight:3,output:1");
        assertThat(GroupPrinter.text(group, PORTS, Protocols.OPENFLOW13))
                .isEqualTo("group_id=2,type=select,bucket=weight:3,actions=output:p1");
    }

    @Test
    void shouldKeepBucketsActionsWhole() {
        GroupMod group = add("group_id=1,type=all,bucket=controller(reason=action,max_len=10),set_field:1->reg0,"
                + "bucket=bundle(eth_src,0,hrw,ofport,members:4,8),actions=2");
        assertThat(group.buckets()).extracting(bucket -> bucket.actions().size()).isEqualTo(List.of(2, 2));
    }
}
