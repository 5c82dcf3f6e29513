package dev.turnout.ofproto;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;

import dev.turnout.ofproto.FlowEvent.Kind;
import dev.turnout.openflow.ActionPrinter;
import dev.turnout.openflow.FlowFilter;
import dev.turnout.openflow.FlowParser;
import dev.turnout.openflow.FlowStats;
import dev.turnout.openflow.GroupMod;
import dev.turnout.openflow.GroupParser;
import dev.turnout.openflow.MatchPrinter;
import dev.turnout.openflow.PortNames;
import dev.turnout.openflow.Protocols;
import dev.turnout.openflow.TableMod;
import org.junit.jupiter.api.Test;

/** What a monitor of flows tells: in which order, why, of which flows, and what of it after a pause. */
class FlowMonitorTest {
    private static final long SECOND = 1_000_000_000L;

    private long nowNs = 100 * SECOND;
    private final Ofproto ofproto = new Ofproto(() -> nowNs, new FakeMeters(), DatapathSupport.BASIC);
    private final Bridge bridge = ofproto.addBridge("br0", FailMode.SECURE, 1);

    private FlowMonitor monitor(FlowMonitor.Wish wish) {
        return bridge.monitor(wish, () -> 7, () -> {
        });
    }

    /** All of the flows that the filter takes. */
    private FlowMonitor monitor(String filter) {
        FlowFilter parsed = new FlowParser(PortNames.NONE, Protocols.ANY).parseFilter(filter);
        return monitor(new FlowMonitor.Wish(parsed, true, true, true, true, false));
    }

    private void done(String... lines) {
        assertThat(bridge.apply(Texts.mods(lines), true)).allMatch(FlowModResult::isOk);
    }

    private static List<FlowEvent> take(FlowMonitor monitor) {
        List<FlowEvent> events = new ArrayList<>();
        for (FlowEvent event = monitor.next(); event != null; event = monitor.next()) {
            events.add(event);
        }
        return events;
    }

    private static String text(FlowEvent event) {
        FlowStats flow = event.flow();
        StringBuilder text = new StringBuilder(event.kind().toString());
        if (flow != null) {
            text.append(' ').append(flow.table()).append(' ');
            MatchPrinter.append(text, flow.match(), List.of(), PortNames.NONE, flow.priority());
            text.append(" -> ").append(ActionPrinter.format(flow.actions(), PortNames.NONE));
        }
        return event.reason() == null ? text.toString() : text + " " + event.reason();
    }

    private static List<String> texts(FlowMonitor monitor) {
        return take(monitor).stream().map(FlowMonitorTest::text).toList();
    }

    @Test
    void shouldTellWhatIsThereAndThenEachChangeInOrder() {
        done("add-flow in_port=1,actions=output:2");
        AtomicInteger woken = new AtomicInteger();
        FlowMonitor monitor = bridge.monitor(FlowMonitor.Wish.ALL, () -> 0, woken::incrementAndGet);
        assertThat(texts(monitor)).containsExactly("INITIAL 0 in_port=1 -> output:2", "SYNCED");
        assertThat(woken.getAndSet(0)).isPositive();
        done("add-flow table=3,priority=5,tcp,actions=output:1", "mod-flows table=3,actions=drop",
                "add-flow table=3,priority=5,tcp,actions=output:4", "del-flows table=3",
                "add-flow in_port=1,actions=output:2");
        assertThat(woken.getAndSet(0)).isPositive();
        assertThat(texts(monitor)).containsExactly("ADDED 3 priority=5,tcp -> output:1",
                "MODIFIED 3 priority=5,tcp -> drop", "ADDED 3 priority=5,tcp -> output:4",
                "DELETED 3 priority=5,tcp -> output:4 DELETE", "ADDED 0 in_port=1 -> output:2");
        done("mod-flows in_port=1,actions=output:2");
        assertThat(texts(monitor)).as("a modification that changes nothing").isEmpty();
        monitor.close();
        done("del-flows");
        assertThat(texts(monitor)).isEmpty();
        assertThat(bridge.tables().monitors().isEmpty()).isTrue();
    }

    @Test
    void shouldSayWhyFlowsGo() {
        FlowMonitor monitor = monitor("");
        done("add-meter meter=1 kbps bands=type=drop rate=1", "add-flow in_port=1,idle_timeout=3,actions=drop",
                "add-flow in_port=2,hard_timeout=2,actions=drop", "add-flow in_port=3,actions=meter:1,output:2");
        TableMod group = new GroupParser(PortNames.NONE, Protocols.ANY).parse("group_id=1,type=all,bucket=output:1",
                GroupMod.Command.ADD);
        assertThat(bridge.apply(List.of(group), true)).allMatch(FlowModResult::isOk);
        done("add-flow in_port=4,actions=group:1",
                "add-flow table=9,in_port=5,importance=3,hard_timeout=9,actions=drop",
                "add-flow in_port=6,actions=drop");
        for (int i = 0; i < 3; i++) {
            nowNs += SECOND;
            ofproto.countersCreditedUpTo(nowNs);
            ofproto.expire(nowNs);
        }
        done("del-meter meter=1");
        TableMod ungroup = new GroupParser(PortNames.NONE, Protocols.ANY).parse("group_id=1", GroupMod.Command.DELETE);
        assertThat(bridge.apply(List.of(ungroup), true)).allMatch(FlowModResult::isOk);
        bridge.setTable(9, new TableConfig("", 0, true, List.of()));
        done("del-flows in_port=6");
        assertThat(texts(monitor).stream().filter(text -> text.startsWith("DELETED"))).containsExactly(
                "DELETED 0 in_port=2 -> drop HARD_TIMEOUT", "DELETED 0 in_port=1 -> drop IDLE_TIMEOUT",
                "DELETED 0 in_port=3 -> meter:1,output:2 METER_DELETE", "DELETED 0 in_port=4 -> group:1 GROUP_DELETE",
                "DELETED 9 in_port=5 -> drop EVICTION", "DELETED 0 in_port=6 -> drop DELETE");
    }

    @Test
    void shouldTellOfLearnedFlows() {
        bridge.addPort(PortInfo.of("p1", "memory", 1, 1));
        done("add-flow table=0,actions=learn(table=10,NXM_OF_ETH_DST[]=NXM_OF_ETH_SRC[],output:NXM_OF_IN_PORT[])");
        FlowMonitor monitor = monitor("table=10");
        ofproto.translator().translate(new XlateIn(Texts.tcp(1), 60, 0, true, nowNs));
        assertThat(texts(monitor)).containsExactly("SYNCED", "ADDED 10 dl_dst=02:00:00:00:00:01 -> output:1");
    }

    @Test
    void shouldSayNothingOfWhatIsTakenBack() {
        done("add-flow in_port=1,actions=drop");
        FlowMonitor monitor = monitor("in_port=1");
        assertThat(bridge.apply(Texts.mods("del-flows", "add-flow in_port=2,actions=meter:7,output:1"), true))
                .noneMatch(FlowModResult::isOk);
        assertThat(texts(monitor)).containsExactly("INITIAL 0 in_port=1 -> drop", "SYNCED");
        assertThat(bridge.apply(Texts.mods("add-flow in_port=2,actions=meter:7,output:1", "del-flows"), false))
                .extracting(FlowModResult::isOk).containsExactly(false, true);
        assertThat(texts(monitor)).containsExactly("DELETED 0 in_port=1 -> drop DELETE");
    }

    @Test
    void shouldTellOfTheFlowsThatTheFilterTakes() {
        done("add-flow table=1,tcp,cookie=1,actions=output:1", "add-flow table=1,udp,cookie=2,actions=output:2",
                "add-flow table=2,tcp,cookie=1,actions=output:1");
        FlowMonitor tables = monitor("table=2");
        FlowMonitor matches = monitor("tcp");
        FlowMonitor outputs = monitor("out_port=2");
        FlowMonitor cookies = monitor("cookie=2/-1");
        FlowMonitor nothing = monitor("tcp,tp_dst=9");
        FlowMonitor noDeletions = monitor(new FlowMonitor.Wish(FlowFilter.ALL, false, true, true, false, false));
        FlowMonitor deletions = monitor(new FlowMonitor.Wish(FlowFilter.ALL, false, false, false, true, false));
        done("mod-flows table=1,actions=output:2", "mod-flows table=1,tcp,actions=output:3",
                "add-flow table=1,udp,cookie=3,actions=output:2", "del-flows table=2");
        assertThat(texts(tables)).containsExactly("INITIAL 2 tcp -> output:1", "SYNCED",
                "DELETED 2 tcp -> output:1 DELETE");
        assertThat(texts(matches)).containsExactly("INITIAL 1 tcp -> output:1", "INITIAL 2 tcp -> output:1", "SYNCED",
                "MODIFIED 1 tcp -> output:2", "MODIFIED 1 tcp -> output:3", "DELETED 2 tcp -> output:1 DELETE");
        assertThat(texts(outputs)).as("before or after the change").containsExactly("INITIAL 1 udp -> output:2",
                "SYNCED", "MODIFIED 1 tcp -> output:2", "MODIFIED 1 tcp -> output:3", "ADDED 1 udp -> output:2");
        assertThat(texts(cookies)).containsExactly("INITIAL 1 udp -> output:2", "SYNCED", "ADDED 1 udp -> output:2");
        assertThat(texts(nothing)).containsExactly("SYNCED");
        assertThat(texts(noDeletions)).containsExactly("SYNCED", "MODIFIED 1 tcp -> output:2",
                "MODIFIED 1 tcp -> output:3", "ADDED 1 udp -> output:2");
        assertThat(texts(deletions)).containsExactly("SYNCED", "DELETED 2 tcp -> output:1 DELETE");
    }

    @Test
    void shouldSayWhoseRequestItWasAndAbbreviateTheOwners() {
        FlowMonitor whole = monitor("");
        FlowMonitor own = monitor(new FlowMonitor.Wish(FlowFilter.ALL, true, true, true, true, true));
        bridge.apply(Texts.mods("add-flow in_port=1,actions=1", "add-flow in_port=2,actions=1"), true,
                new ChangeOrigin(7, 42));
        bridge.apply(Texts.mods("add-flow in_port=3,actions=1"), true, new ChangeOrigin(8, 43));
        bridge.apply(Texts.mods("del-flows in_port=4"), true, new ChangeOrigin(7, 44));
        done("del-flows in_port=3");
        assertThat(take(whole)).extracting(FlowEvent::origin).containsExactly(ChangeOrigin.NONE,
                new ChangeOrigin(7, 42), new ChangeOrigin(7, 42), new ChangeOrigin(8, 43), ChangeOrigin.NONE);
        List<FlowEvent> events = take(own);
        assertThat(events).extracting(FlowEvent::kind).containsExactly(Kind.SYNCED, Kind.ABBREVIATED, Kind.ADDED,
                Kind.DELETED);
        assertThat(events.get(1)).isEqualTo(new FlowEvent(Kind.ABBREVIATED, null, null, new ChangeOrigin(7, 42)));
    }

    @Test
    void shouldTellTheDifferenceAfterAPause() {
        done("add-flow table=1,in_port=1,actions=1", "add-flow table=1,in_port=2,actions=1",
                "add-flow table=1,in_port=3,actions=1", "add-flow table=1,in_port=4,actions=1",
                "add-flow table=1,in_port=5,actions=1");
        FlowMonitor monitor = monitor("");
        assertThat(take(monitor)).hasSize(6);
        for (int i = 0; i < FlowMonitor.MAX_WAITING; i++) {
            done("add-flow table=2,priority=" + i + ",actions=1");
        }
        done("add-flow table=1,in_port=6,actions=1", "mod-flows table=1,in_port=6,actions=2",
                "add-flow table=1,in_port=7,actions=1", "del-flows table=1,in_port=7",
                "mod-flows table=1,in_port=1,actions=2", "mod-flows table=1,in_port=1,actions=3",
                "mod-flows table=1,in_port=2,actions=2", "mod-flows table=1,in_port=2,actions=1",
                "del-flows table=1,in_port=3", "add-flow table=1,in_port=3,actions=1",
                "mod-flows table=1,in_port=4,actions=4", "del-flows table=1,in_port=4");
        List<String> texts = texts(monitor);
        assertThat(texts.subList(0, FlowMonitor.MAX_WAITING)).isEqualTo(IntStream.range(0, FlowMonitor.MAX_WAITING)
                .mapToObj(i -> "ADDED 2 " + (i == 32768 ? "" : "priority=" + i) + " -> output:1").toList());
        assertThat(texts.subList(FlowMonitor.MAX_WAITING, texts.size())).containsExactly("PAUSED",
                "ADDED 1 in_port=6 -> output:2", "MODIFIED 1 in_port=1 -> output:3", "ADDED 1 in_port=3 -> output:1",
                "DELETED 1 in_port=4 -> output:4 DELETE", "RESUMED");
        done("del-flows table=1,in_port=6");
        assertThat(texts(monitor)).as("as before").containsExactly("DELETED 1 in_port=6 -> output:2 DELETE");
    }

    @Test
    void shouldHoldNoMoreThanWhatIsDifferentHoweverLongNobodyReads() {
        FlowMonitor monitor = monitor("");
        for (int i = 0; i < 20 * FlowMonitor.MAX_WAITING; i++) {
            done("add-flow in_port=" + i % 10 + ",actions=" + (1 + i % 3));
        }
        List<FlowEvent> events = take(monitor);
        assertThat(events).hasSize(1 + FlowMonitor.MAX_WAITING + 1 + 10 + 1);
        assertThat(events.getLast().kind()).isEqualTo(Kind.RESUMED);
    }

    @Test
    void shouldSayThatTheBridgeIsGone() {
        FlowMonitor monitor = monitor("");
        done("add-flow in_port=1,actions=drop");
        assertThat(ofproto.removeBridge("br0")).isTrue();
        assertThat(texts(monitor)).containsExactly("SYNCED", "ADDED 0 in_port=1 -> drop", "ENDED");
        assertThat(texts(monitor(""))).contains("ENDED");
    }

    // --- against a model ---------------------------------------------------------------------------------------------------------------

    /** Who keeps a copy of the flows by what he is told, and complains of what makes no sense. */
    private static final class Copy {
        private final Map<FlowPlace, String> flows = new HashMap<>();
        private final String seed;
        private boolean paused;
        private int pauses;

        Copy(long seed) {
            this.seed = "seed " + seed;
        }

        void hear(FlowEvent event) {
            FlowStats flow = event.flow();
            if (flow == null) {
                if (event.kind() != Kind.SYNCED) {
                    assertThat(event.kind()).as(seed).isEqualTo(paused ? Kind.RESUMED : Kind.PAUSED);
                    paused = !paused;
                    pauses += paused ? 1 : 0;
                }
                return;
            }
            FlowPlace place = new FlowPlace(flow.table(), flow.priority(), flow.match());
            boolean known = flows.containsKey(place);
            switch (event.kind()) {
                case INITIAL -> assertThat(known).as(seed).isFalse();
                case MODIFIED, DELETED -> assertThat(known).as("%s: %s", seed, text(event)).isTrue();
                default -> assertThat(event.kind()).as(seed).isEqualTo(Kind.ADDED);
            }
            if (event.kind() == Kind.DELETED) {
                flows.remove(place);
            } else {
                flows.put(place, content(flow));
            }
        }

        /** Takes so many events, or all. */
        void read(FlowMonitor monitor, int most) {
            for (int i = 0; i < most; i++) {
                FlowEvent event = monitor.next();
                if (event == null) {
                    return;
                }
                hear(event);
            }
        }
    }

    private static String content(FlowStats flow) {
        return flow.cookie() + " " + ActionPrinter.format(flow.actions(), PortNames.NONE);
    }

    private Map<FlowPlace, String> flows() {
        Map<FlowPlace, String> flows = new HashMap<>();
        bridge.flows(FlowFilter.ALL).forEach(
                flow -> flows.put(new FlowPlace(flow.table(), flow.priority(), flow.match()), content(flow)));
        return flows;
    }

    private static String change(SplittableRandom random) {
        String match = "table=" + random.nextInt(2) + ",in_port=" + random.nextInt(20);
        return switch (random.nextInt(8)) {
            case 0, 1, 2 -> "add-flow " + match + ",priority=" + random.nextInt(3) + ",hard_timeout="
                    + random.nextInt(4) + ",actions=" + (1 + random.nextInt(3));
            case 3, 4 -> "mod-flows " + match + ",cookie=" + random.nextInt(3) + ",actions=" + (1 + random.nextInt(3));
            case 5 -> "mod-flows table=0,actions=" + (1 + random.nextInt(3));
            case 6 -> "del-flows " + match;
            default -> random.nextInt(10) == 0 ? "del-flows table=1" : "del-flows " + match;
        };
    }

    @Test
    void shouldLetAnybodyKeepACopyOfTheFlows() {
        long seed = Long.getLong("turnout.seed", System.nanoTime());
        SplittableRandom random = new SplittableRandom(seed);
        FlowMonitor monitor = monitor("");
        Copy copy = new Copy(seed);
        for (int round = 0; round < 1500; round++) {
            List<String> changes = new ArrayList<>();
            for (int n = random.nextInt(40); n >= 0; n--) {
                changes.add(change(random));
            }
            if (random.nextInt(5) == 0) {
                changes.add("add-flow actions=meter:9,output:1"); // refused: there is no such meter
            }
            bridge.apply(Texts.mods(changes.toArray(String[]::new)), random.nextBoolean());
            nowNs += SECOND / 4;
            ofproto.expire(nowNs);
            copy.read(monitor, random.nextInt(20));
            if (random.nextInt(100) == 0) {
                copy.read(monitor, Integer.MAX_VALUE);
                assertThat(copy.flows).as("seed %d, round %d", seed, round).isEqualTo(flows());
                assertThat(copy.paused).isFalse();
            }
        }
        assertThat(copy.pauses).as("seed %d", seed).isPositive();
    }

    /** Monitors begin while flows come and go, and dead flows are purged: none tells a flow twice, none misses one. */
    @Test
    void shouldBeginWithTheFlowsOfOneMoment() {
        long seed = Long.getLong("turnout.seed", System.nanoTime());
        SplittableRandom random = new SplittableRandom(seed);
        AtomicBoolean done = new AtomicBoolean();
        CompletableFuture<Void> changes = CompletableFuture.runAsync(() -> {
            while (!done.get()) {
                done(IntStream.range(0, 50).mapToObj(i -> change(random)).toArray(String[]::new));
            }
        });
        List<FlowMonitor> monitors = new ArrayList<>();
        List<Copy> copies = new ArrayList<>();
        for (int i = 0; i < 300; i++) {
            monitors.add(monitor(""));
            copies.add(new Copy(seed));
            copies.getLast().read(monitors.getLast(), 50);
            if (monitors.size() > 20) {
                monitors.remove(0).close();
                copies.remove(0);
            }
        }
        done.set(true);
        changes.join();
        for (int i = 0; i < monitors.size(); i++) {
            copies.get(i).read(monitors.get(i), Integer.MAX_VALUE);
            assertThat(copies.get(i).flows).as("seed %d", seed).isEqualTo(flows());
        }
    }
}
