package dev.turnout.it.network;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.withinPercentage;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.List;

import dev.turnout.bench.lab.Host;
import dev.turnout.bench.lab.Lab;
import dev.turnout.bench.lab.UdpStream;
import dev.turnout.it.support.RequiresRoot;
import dev.turnout.ofproto.Bridge;
import dev.turnout.ofproto.FlowModResult;
import dev.turnout.ofproto.MeterStats;
import dev.turnout.openflow.FlowFilter;
import dev.turnout.openflow.MeterConfig;
import dev.turnout.openflow.MeterMod;
import dev.turnout.openflow.MeterParser;
import dev.turnout.switchd.TurnoutSwitch;
import dev.turnout.switchd.config.SwitchSettings;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * A meter between real hosts: two UDP streams, one each way and so on a forwarding thread each, share one meter. What
 * arrives is what the rate allows, and each packet is counted once, as passed or as dropped.
 */
@RequiresRoot
class MeterTest {
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final int PAYLOAD = 958;
    /** Ethernet, IP and UDP headers beside the payload. */
    private static final int FRAME_BYTES = 14 + 20 + 8 + PAYLOAD;
    private static final int PER_SECOND_EACH_WAY = 1000;

    /** 800 kbit/s are 100 frames of 1000 bytes a second. */
    @ParameterizedTest(name = "{0}, {2} packets/s")
    @CsvSource(delimiter = '|', value = {
        "2 | meter=1,pktps,burst,stats,bands=type=drop,rate=400,burst_size=40 | 400 | 40",
        "2 | meter=1,kbps,burst,bands=type=drop,rate=2400,burst_size=240 | 300 | 30",
        "1 | meter=1,pktps,bands=type=drop,rate=400 | 400 | 400"})
    void shouldLimitUdpToTheRate(int threads, String meter, int rate, int burst) throws Exception {
        try (Lab lab = new Lab();
                TurnoutSwitch sw = TurnoutSwitch.start(SwitchSettings.builder().forwardingThreads(threads).build())) {
            Host alice = lab.addHost("a", "10.9.0.1/24");
            Host bob = lab.addHost("b", "10.9.0.2/24");
            var ignored = sw.transact(tx -> tx.addBridge("br0", false)
                    .set("bridge", "br0", false, "datapath_type", null, "dummy")
                    .set("bridge", "br0", false, "fail_mode", null, "secure")
                    .addPort("br0", alice.nearInterface(), false, port -> port)
                    .addPort("br0", bob.nearInterface(), false, port -> port));
            Bridge bridge = sw.bridge("br0");
            assertThat(bridge.apply(
                    List.of(new MeterMod(MeterMod.Command.ADD, MeterParser.parse(meter))), true))
                    .containsExactly(FlowModResult.OK);
            sw.addFlows("br0", "arp,actions=NORMAL", "udp,in_port=1,actions=meter:1,output:2",
                    "udp,in_port=2,actions=meter:1,output:1");
            try (UdpStream there = new UdpStream(alice, bob, PAYLOAD, PER_SECOND_EACH_WAY);
                    UdpStream back = new UdpStream(bob, alice, PAYLOAD, PER_SECOND_EACH_WAY)) {
                // Full buckets are used up once more has been dropped than they held.
                await().atMost(PATIENCE).until(() -> stats(bridge).bands().get(0).packets() > burst);
                long fromNs = System.nanoTime();
                long from = there.received() + back.received();
                await().atMost(PATIENCE).until(() -> there.received() + back.received() >= from + 3L * rate);
                double seconds = (System.nanoTime() - fromNs) / 1e9;
                assertThat((there.received() + back.received() - from) / seconds).isCloseTo(rate,
                        withinPercentage(5));
                sw.addFlows("br0", "priority=40000,udp,actions=drop");
                awaitCounters(bridge, there, back);
            }
        }
    }

    /** Waits until what the meter, the flows and the hosts have counted agrees. */
    private static void awaitCounters(Bridge bridge, UdpStream there, UdpStream back) {
        await().atMost(PATIENCE).untilAsserted(() -> {
            MeterStats stats = stats(bridge);
            long dropped = stats.bands().get(0).packets();
            assertThat(there.received() + back.received() + dropped).isEqualTo(stats.packets());
            assertThat(stats.bytes()).isEqualTo(stats.packets() * FRAME_BYTES);
            assertThat(stats.bands().get(0).bytes()).isEqualTo(dropped * FRAME_BYTES);
            assertThat(stats.flows()).isEqualTo(2);
            long metered = bridge.flows(FlowFilter.ALL).stream()
                    .filter(flow -> flow.actions().size() == 2).mapToLong(flow -> flow.packets()).sum();
            assertThat(metered).isEqualTo(stats.packets());
        });
    }

    private static MeterStats stats(Bridge bridge) {
        return bridge.meterStats(MeterConfig.ALL).get(0);
    }
}
