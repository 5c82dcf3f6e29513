package dev.turnout.openflow;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.SplittableRandom;

import com.code_intelligence.jazzer.junit.FuzzTest;
import org.junit.jupiter.api.Test;

/** Whatever the text, there is a group or a {@link FlowSyntaxException} of one line; and what was understood prints and reads back equal. */
class GroupParserFuzzTest {
    private static final int MUTANTS = 8_000;
    private static final List<String> SEEDS = List.of(
            "group_id=1,type=select,selection_method=hash,selection_method_param=7,fields(ip_dst,tcp_src=0xff),"
                    + "bucket=bucket_id:5,weight=7,watch_port:1,watch_group:1,actions=output:1,bucket=output:2",
            "insert_bucket group_id=1,command_bucket_id=last,bucket=set_field:10.0.0.1->ip_dst,resubmit(,3)",
            "type=ff group_id=0x7 bucket=watch_port=LOCAL,actions=strip_vlan,clone(1,2),bucket=watch_group=3,drop",
            "remove_bucket group_id=4294967040,command_bucket_id=first", "delete group_id=all");

    @FuzzTest(maxDuration = "1m")
    void shouldGiveGroupOrSyntaxError(byte[] data) {
        check(new String(data, StandardCharsets.UTF_8));
    }

    @Test
    void shouldSurviveMutants() {
        long seed = Long.getLong("turnout.seed", System.nanoTime());
        SplittableRandom random = new SplittableRandom(seed);
        for (int i = 0; i < MUTANTS; i++) {
            StringBuilder text = new StringBuilder(SEEDS.get(random.nextInt(SEEDS.size())));
            for (int n = random.nextInt(1, 5); n > 0; n--) {
                String other = SEEDS.get(random.nextInt(SEEDS.size()));
                int from = random.nextInt(other.length());
                int at = random.nextInt(text.length() + 1);
                switch (random.nextInt(3)) {
                    case 0 -> text.insert(at, other, from, Math.min(other.length(), from + random.nextInt(20)));
                    case 1 -> text.delete(at, Math.min(text.length(), at + random.nextInt(4)));
                    default -> text.insert(at, "(),=:/->[]0x-\"*. ".charAt(random.nextInt(17)));
                }
            }
            try {
                check(text.toString());
            } catch (Throwable e) {
                throw new AssertionError("seed " + seed + ", text: " + text, e);
            }
        }
    }

    private static void check(String text) {
        GroupMod mod;
        try {
            mod = new GroupParser(PortNames.NONE, Protocols.ANY).parseLine(text);
        } catch (FlowSyntaxException e) {
            assertThat(e.text()).isNotEmpty().doesNotContain("\n");
            return;
        }
        GroupPrinter.text(mod, PortNames.NONE, Protocols.OPENFLOW13);
        if (mod.command() == GroupMod.Command.ADD) {
            String printed = GroupPrinter.text(mod, PortNames.NONE);
            GroupMod again = new GroupParser(PortNames.NONE, Protocols.ANY).parse(printed, GroupMod.Command.ADD);
            assertThat(GroupPrinter.text(again, PortNames.NONE)).isEqualTo(printed);
        }
    }
}
