package dev.turnout.it.network;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;

import dev.turnout.bench.lab.Host;
import dev.turnout.bench.lab.Lab;
import dev.turnout.core.ThreadCounter;
import dev.turnout.it.support.RawSocket;
import dev.turnout.it.support.RequiresRoot;
import dev.turnout.switchd.TurnoutSwitch;
import dev.turnout.switchd.config.SwitchSettings;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * VLAN modes of ports under {@code NORMAL}: who hears whom, and with which tag on the wire.
 *
 * <p>Each frame is followed by a mark from the same port that a flow sends to all ports, whatever their VLANs. What a host has heard before the mark is
 * what came of the frame. A frame that came too late would be found with a later mark, and be one too many there.
 */
@RequiresRoot
class VlanModesTest {
    private static final Duration PATIENCE = Duration.ofSeconds(20);
    private static final HexFormat HEX = HexFormat.of();
    private static final int FRAME = 0x88b6;
    private static final int MARK = 0x88b5;
    private static final String EVERYBODY = "ffffffffffff";

    /** One port of each mode, in the order of their numbers. */
    private static final List<String> PORTS = List.of("a vlan_mode=access tag=10", "b tag=20",
            "t vlan_mode=trunk trunks=10,20", "g vlan_mode=native-tagged tag=10 trunks=20",
            "u vlan_mode=native-untagged tag=10 trunks=20", "x");

    /** Sender, tag (- for none), receiver (* for all) | who hears it, with which tag. */
    // @formatter:off
    private static final List<String> HEARD = List.of(
            "a - *  | g10 t10 u- x10",
            "b - *  | g20 t20 u20 x20",
            "a 10 * |",            // an access port takes no tags, not even its own
            "a 20 * |",
            "t - *  |",            // VLAN 0 is none of its trunks
            "t 10 * | a- g10 u- x10",
            "t 20 * | b- g20 u20 x20",
            "t 30 * |",
            "g - *  | a- t10 u- x10",
            "g 10 * | a- t10 u- x10",
            "g 20 * | b- t20 u20 x20",
            "g 30 * |",
            "u - *  | a- g10 t10 x10",
            "u 10 * | a- g10 t10 x10",
            "u 20 * | b- g20 t20 x20",
            "x - *  |",            // nobody else has VLAN 0
            "x 10 * | a- g10 t10 u-",
            "x 30 * |",
            "t 10 a | a-",         // was heard in VLAN 10,
            "t 20 a | b- g20 u20 x20", // but not in 20
            "a - u  | u-",
            "a - g  | g10",
            "b - x  | g20 t20 u20 x20", // was heard in others, not in 20
            "u - a  | a-");
    // @formatter:on

    private final Map<String, RawSocket> sockets = new TreeMap<>();
    private int marks;

    @ParameterizedTest(name = "{0} thread(s)")
    @ValueSource(ints = {1, 2})
    void shouldLetHearWhoBelongsToTheVlan(int threads) throws Exception {
        try (Lab lab = new Lab();
                TurnoutSwitch sw = TurnoutSwitch
                        .start(SwitchSettings.builder().forwardingThreads(threads).build())) {
            sw.transact(tx -> tx.addBridge("br0", false).set("bridge", "br0", false, "datapath_type", null, "dummy")
                    .set("bridge", "br0", false, "fail_mode", null, "secure"));
            for (String port : PORTS) {
                addPort(lab, sw, port.split(" ", -1));
            }
            sw.addFlows("br0", "priority=0,actions=NORMAL", "dl_type=0x" + HEX.toHexDigits(MARK, 4) + ",actions=all");
            try {
                for (String row : HEARD) {
                    String[] halves = row.split("\\|", -1);
                    String[] sent = halves[0].strip().split(" ", -1);
                    assertThat(heard(sw, sent[0], sent[1], sent[2])).as(row).isEqualTo(halves[1].strip());
                }
            } finally {
                sockets.values().forEach(RawSocket::close);
            }
            assertThat(sw.upcalls().audit().illegalMoves()).isZero();
        }
    }

    private void addPort(Lab lab, TurnoutSwitch sw, String[] words) throws IOException {
        Host host = lab.addHost(words[0], "10.9.0." + (sockets.size() + 1) + "/24");
        String port = host.nearInterface();
        sw.transact(tx -> {
            tx.addPort("br0", port, false, added -> added);
            for (String setting : List.of(words).subList(1, words.length)) {
                String[] pair = setting.split("=", -1);
                tx.set("port", port, false, pair[0], null, pair[1]);
            }
        });
        assertThat(sw.state().port(port).error()).isEmpty();
        sockets.put(words[0], RawSocket.open(host));
    }

    private static String address(String host) {
        return host.equals("*") ? EVERYBODY : "0200000000" + HEX.toHexDigits((byte) host.charAt(0));
    }

    private static String frame(String from, String tag, String to, int type, int number) {
        return address(to) + address(from) + (tag.equals("-") ? "" : "8100" + HEX.toHexDigits(Long.parseLong(tag), 4))
                + HEX.toHexDigits(type, 4) + HEX.toHexDigits(number) + "00".repeat(46);
    }

    /** Sends a frame; who hears what before the mark that follows it. */
    private String heard(TurnoutSwitch sw, String from, String tag, String to) throws IOException {
        RawSocket sender = Objects.requireNonNull(sockets.get(from));
        long before = sw.datapath().count(ThreadCounter.RECEIVED);
        sender.send(HEX.parseHex(frame(from, tag, to, FRAME, ++marks)));
        await().atMost(PATIENCE).until(() -> sw.datapath().count(ThreadCounter.RECEIVED) > before
                && sw.upcalls().stats().packetsHeld() == 0);
        sw.upcalls().awaitAnswers();
        String mark = frame(from, "-", "*", MARK, marks);
        sender.send(HEX.parseHex(mark));
        List<String> heard = new ArrayList<>();
        for (Map.Entry<String, RawSocket> other : sockets.entrySet()) {
            if (!other.getKey().equals(from)) {
                hearUntil(mark, other.getKey(), other.getValue(), heard);
            }
        }
        return String.join(" ", heard);
    }

    private static void hearUntil(String mark, String who, RawSocket socket, List<String> heard) throws IOException {
        while (true) {
            RawSocket.Received received = socket.receive(r -> isOurs(r.frame()), PATIENCE.toMillis()).orElseThrow();
            if (HEX.formatHex(received.frame()).equals(mark)) {
                return;
            }
            assertThat(received.tag() >>> 16).isIn(0, 0x8100);
            heard.add(who + (received.tag() == 0 ? "-" : String.valueOf(received.tag() & 0xffff)));
        }
    }

    private static boolean isOurs(byte[] frame) {
        int type = (frame[12] & 0xff) << 8 | (frame[13] & 0xff);
        return type == FRAME || type == MARK;
    }
}
