package dev.turnout.switchd.rpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

import dev.turnout.switchd.TurnoutSwitch;
import dev.turnout.v1.Arbitration;
import dev.turnout.v1.FlowEntry;
import dev.turnout.v1.FlowEvent;
import dev.turnout.v1.FlowFilter;
import dev.turnout.v1.FlowMonitor;
import dev.turnout.v1.FlowRemoved;
import dev.turnout.v1.FlowUpdate;
import dev.turnout.v1.FlowUpdates;
import dev.turnout.v1.FlowsGrpc;
import dev.turnout.v1.GroupUpdate;
import dev.turnout.v1.ReadRequest;
import dev.turnout.v1.ReadResponse;
import dev.turnout.v1.StreamChannelGrpc;
import dev.turnout.v1.StreamRequest;
import dev.turnout.v1.StreamResponse;
import dev.turnout.v1.UpdateStatus;
import dev.turnout.v1.WriteRequest;
import io.grpc.Status;
import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientResponseObserver;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Flow monitors over the API of a whole switch. */
class FlowMonitorApiTest {
    @TempDir
    Path runDir;
    private ApiSwitch api;
    private TurnoutSwitch turnout;
    private FlowsGrpc.FlowsBlockingStub flows;

    @BeforeEach
    void start() throws Exception {
        api = new ApiSwitch(runDir);
        turnout = api.turnout;
        flows = FlowsGrpc.newBlockingStub(api.channel);
    }

    @AfterEach
    void stop() throws Exception {
        api.close();
    }

    /** A client that reads what it asks for: everything, or one message after the other. */
    private final class Watcher implements ClientResponseObserver<StreamRequest, StreamResponse> {
        private final BlockingQueue<StreamResponse> responses = new LinkedBlockingQueue<>();
        private final boolean reads;
        private final ClientCallStreamObserver<StreamRequest> requests;

        Watcher(long electionId, boolean reads) {
            this.reads = reads;
            requests = (ClientCallStreamObserver<StreamRequest>) StreamChannelGrpc.newStub(api.channel).open(this);
            requests.onNext(StreamRequest.newBuilder()
                    .setArbitration(Arbitration.newBuilder().setBridge("br0").setElectionId(electionId)).build());
        }

        @Override
        public void beforeStart(ClientCallStreamObserver<StreamRequest> stream) {
            if (!reads) {
                stream.disableAutoRequestWithInitial(0);
            }
        }

        @Override
        public void onNext(StreamResponse response) {
            responses.add(response);
        }

        @Override
        public void onError(Throwable reason) {
            // the test has ended
        }

        @Override
        public void onCompleted() {
            throw new AssertionError();
        }

        void monitor(FlowMonitor.Builder monitor) {
            requests.onNext(StreamRequest.newBuilder().setFlowMonitor(monitor).build());
        }

        void monitor(int id, String filter) {
            monitor(FlowMonitor.newBuilder().setId(id).setFilter(FlowFilter.newBuilder().setText(filter)));
        }

        FlowUpdates updates() throws InterruptedException {
            while (true) {
                StreamResponse response = responses.poll(20, TimeUnit.SECONDS);
                assertThat(response).isNotNull();
                if (response.hasFlowUpdates()) {
                    return response.getFlowUpdates();
                }
            }
        }

        /** The next so many events of a monitor. */
        List<FlowEvent> events(int id, int count) throws InterruptedException {
            List<FlowEvent> events = new ArrayList<>();
            while (events.size() < count) {
                FlowUpdates updates = updates();
                assertThat(updates.getMonitorId()).isEqualTo(id);
                assertThat(updates.getMessage()).isEmpty();
                events.addAll(updates.getEventsList());
            }
            assertThat(events).hasSize(count);
            return events;
        }
    }

    private void write(long electionId, long id, FlowUpdate.Command command, String... texts) {
        WriteRequest.Builder request = WriteRequest.newBuilder().setBridge("br0").setAtomic(true)
                .setElectionId(electionId).setId(id);
        for (String text : texts) {
            request.addUpdates(FlowUpdate.newBuilder().setCommand(command).setText(text));
        }
        assertThat(flows.write(request.build()).getStatusesList()).allMatch(status -> status.getCode() == 0);
    }

    @Test
    void shouldTellOfFlowsThatAppearChangeAndGo() throws Exception {
        write(0, 0, FlowUpdate.Command.ADD, "in_port=1,cookie=5,actions=2");
        Watcher watcher = new Watcher(3, true);
        watcher.monitor(8, "");
        List<FlowEvent> begin = watcher.events(8, 2);
        assertThat(begin.get(0)).isEqualTo(FlowEvent.newBuilder().setKind(FlowEvent.Kind.INITIAL).setFlow(FlowEntry
                .newBuilder().setTable(0).setPriority(32768).setMatch("in_port=1").setActions("output:2").setCookie(5))
                .build());
        assertThat(begin.get(1)).isEqualTo(FlowEvent.newBuilder().setKind(FlowEvent.Kind.SYNCED).build());
        write(3, 77, FlowUpdate.Command.ADD,
                "table=1,priority=7,tcp,hard_timeout=1,idle_timeout=60,send_flow_rem,actions=drop");
        write(0, 0, FlowUpdate.Command.MODIFY, "in_port=1,actions=1");
        List<FlowEvent> events = watcher.events(8, 3);
        FlowEntry added = FlowEntry.newBuilder().setTable(1).setPriority(7).setMatch("tcp").setActions("drop")
                .setHardTimeoutSeconds(1).setIdleTimeoutSeconds(60).addFlags(FlowEntry.Flag.SEND_FLOW_REM).build();
        assertThat(events.get(0)).isEqualTo(FlowEvent.newBuilder().setKind(FlowEvent.Kind.ADDED).setFlow(added)
                .setElectionId(3).setRequestId(77).build());
        assertThat(events.get(1).getKind()).isEqualTo(FlowEvent.Kind.MODIFIED);
        assertThat(events.get(1).getFlow().getActions()).isEqualTo("output:1");
        assertThat(events.get(1).getElectionId()).isZero();
        assertThat(events.get(2)).as("its time is over").isEqualTo(FlowEvent.newBuilder()
                .setKind(FlowEvent.Kind.DELETED).setFlow(added).setReason(FlowRemoved.Reason.HARD_TIMEOUT).build());
    }

    @Test
    void shouldTellWhatEachMonitorAsksFor() throws Exception {
        Watcher primary = new Watcher(4, true);
        Watcher backup = new Watcher(3, true);
        primary.monitor(FlowMonitor.newBuilder().setId(1).setAbbreviateOwn(true));
        assertThat(primary.events(1, 1).getFirst().getKind()).isEqualTo(FlowEvent.Kind.SYNCED);
        backup.monitor(FlowMonitor.newBuilder().setId(2).setAbbreviateOwn(true).setNoActions(true).setNoDeleted(true)
                .setFilter(FlowFilter.newBuilder().setText("out_port=p2").setNames(true)));
        assertThat(backup.events(2, 1).getFirst().getKind()).isEqualTo(FlowEvent.Kind.SYNCED);
        write(4, 9, FlowUpdate.Command.ADD, "in_port=1,actions=p2", "in_port=2,actions=p1");
        write(0, 0, FlowUpdate.Command.DELETE, "");
        List<FlowEvent> own = primary.events(1, 3);
        assertThat(own.get(0)).isEqualTo(FlowEvent.newBuilder().setKind(FlowEvent.Kind.ABBREVIATED).setElectionId(4)
                .setRequestId(9).build());
        assertThat(own.subList(1, 3)).extracting(FlowEvent::getKind).containsOnly(FlowEvent.Kind.DELETED);
        FlowEvent added = backup.events(2, 1).getFirst();
        assertThat(added.getFlow()).isEqualTo(FlowEntry.newBuilder().setTable(0).setPriority(32768)
                .setMatch("in_port=p1").build());
        backup.monitor(FlowMonitor.newBuilder().setId(2).setStop(true));
        backup.monitor(5, "table=9");
        assertThat(backup.events(5, 1).getFirst().getKind()).isEqualTo(FlowEvent.Kind.SYNCED);
        write(0, 0, FlowUpdate.Command.ADD, "in_port=1,actions=p2", "table=9,actions=drop");
        assertThat(backup.events(5, 1).getFirst().getFlow().getTable()).isEqualTo(9);
    }

    @Test
    void shouldSayWhyAMonitorCannotBegin() throws Exception {
        Watcher watcher = new Watcher(0, true);
        watcher.monitor(1, "bogus=3");
        FlowUpdates refused = watcher.updates();
        assertThat(refused).isEqualTo(FlowUpdates.newBuilder().setMonitorId(1)
                .setCode(Status.Code.INVALID_ARGUMENT.value()).setMessage("unknown keyword bogus").build());
        for (int id = 0; id < ClientMonitors.MAX_MONITORS; id++) {
            watcher.monitor(id, "");
            assertThat(watcher.events(id, 1).getFirst().getKind()).isEqualTo(FlowEvent.Kind.SYNCED);
        }
        watcher.monitor(99, "");
        assertThat(watcher.updates().getCode()).isEqualTo(Status.Code.RESOURCE_EXHAUSTED.value());
        watcher.monitor(3, "table=1");
        assertThat(watcher.events(3, 1).getFirst().getKind()).as("in the place of another one")
                .isEqualTo(FlowEvent.Kind.SYNCED);
    }

    @Test
    void shouldSayThatTheBridgeIsGone() throws Exception {
        Watcher watcher = new Watcher(0, true);
        watcher.monitor(1, "");
        assertThat(watcher.events(1, 1).getFirst().getKind()).isEqualTo(FlowEvent.Kind.SYNCED);
        var ignored = turnout.transact(transaction -> transaction.deleteBridge("br0", false));
        assertThat(watcher.updates()).isEqualTo(FlowUpdates.newBuilder().setMonitorId(1)
                .setCode(Status.Code.NOT_FOUND.value()).setMessage("bridge br0 is gone").build());
    }

    /** What {@code ofctl bundle} sends: groups and flows as one change. */
    @Test
    void shouldSayNothingOfABundleThatIsUndone() throws Exception {
        Watcher watcher = new Watcher(0, true);
        watcher.monitor(1, "");
        assertThat(watcher.events(1, 1).getFirst().getKind()).isEqualTo(FlowEvent.Kind.SYNCED);
        FlowUpdate group = FlowUpdate.newBuilder()
                .setGroup(GroupUpdate.newBuilder().setText("group_id=7,type=all,bucket=output:2")).build();
        FlowUpdate flow = FlowUpdate.newBuilder().setText("in_port=1,actions=group:7").build();
        FlowUpdate wrong = FlowUpdate.newBuilder().setText("in_port=2,actions=group:8").build();
        WriteRequest.Builder bundle = WriteRequest.newBuilder().setBridge("br0").setAtomic(true).addUpdates(group)
                .addUpdates(flow);
        assertThat(flows.write(bundle.clone().addUpdates(wrong).build()).getStatusesList())
                .extracting(UpdateStatus::getCode)
                .containsExactly(Status.Code.ABORTED.value(), Status.Code.ABORTED.value(),
                        Status.Code.INVALID_ARGUMENT.value());
        assertThat(flows.write(bundle.build()).getStatusesList()).extracting(UpdateStatus::getCode)
                .as("the group was taken back").containsExactly(0, 0);
        assertThat(watcher.events(1, 1).getFirst().getKind()).isEqualTo(FlowEvent.Kind.ADDED);
    }

    /** Who does not read holds up nobody, and loses nothing: at the end its copy is the bridge's flows. */
    @Test
    void shouldTellASlowClientTheDifference() throws Exception {
        Watcher slow = new Watcher(0, false);
        slow.monitor(1, "");
        await().until(() -> {
            write(0, 0, FlowUpdate.Command.ADD, "table=2,actions=drop");
            return slow.requests.isReady();
        });
        for (int round = 0; round < 20; round++) {
            String[] texts = new String[500];
            for (int i = 0; i < texts.length; i++) {
                texts[i] = "table=1,priority=" + (round % 4 * texts.length + i) + ",actions=output:" + (1 + round % 3);
            }
            write(0, 0, FlowUpdate.Command.ADD, texts);
        }
        write(0, 0, FlowUpdate.Command.DELETE, "table=1,tcp");
        write(0, 0, FlowUpdate.Command.MODIFY, "table=1,actions=drop");
        Map<String, FlowEntry> copy = new HashMap<>();
        List<FlowEvent.Kind> pauses = new ArrayList<>();
        slow.requests.request(Integer.MAX_VALUE);
        Map<String, FlowEntry> there = read();
        for (boolean synced = false; !synced || pauses.size() % 2 != 0 || !copy.equals(there);) {
            for (FlowEvent event : slow.updates().getEventsList()) {
                String place = event.getFlow().getTable() + " " + event.getFlow().getPriority();
                switch (event.getKind()) {
                    case INITIAL, ADDED -> copy.put(place, event.getFlow());
                    case MODIFIED -> assertThat(copy.put(place, event.getFlow())).isNotNull();
                    case DELETED -> assertThat(copy.remove(place)).isNotNull();
                    case SYNCED -> synced = true;
                    case PAUSED, RESUMED -> pauses.add(event.getKind());
                    default -> throw new AssertionError(event);
                }
            }
        }
        assertThat(pauses).startsWith(FlowEvent.Kind.PAUSED, FlowEvent.Kind.RESUMED);
    }

    private Map<String, FlowEntry> read() {
        Map<String, FlowEntry> entries = new HashMap<>();
        Iterator<ReadResponse> pages = flows.read(
                ReadRequest.newBuilder().setBridge("br0").setFlows(FlowFilter.getDefaultInstance()).build());
        pages.forEachRemaining(page -> page.getFlowsList().forEach(flow -> entries
                .put(flow.getEntry().getTable() + " " + flow.getEntry().getPriority(), flow.getEntry())));
        return entries;
    }
}
