package dev.turnout.switchd.rpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;

import com.google.protobuf.ByteString;
import dev.turnout.core.memory.MemoryPort;
import dev.turnout.ofproto.Bridge;
import dev.turnout.switchd.TurnoutSwitch;
import dev.turnout.switchd.metrics.SwitchMetrics;
import dev.turnout.v1.AppctlRequest;
import dev.turnout.v1.AppctlResponse;
import dev.turnout.v1.Arbitration;
import dev.turnout.v1.BucketStats;
import dev.turnout.v1.Config;
import dev.turnout.v1.ControlFrame;
import dev.turnout.v1.ControlGrpc;
import dev.turnout.v1.FileOptions;
import dev.turnout.v1.FlowEntry;
import dev.turnout.v1.FlowFilter;
import dev.turnout.v1.FlowRemoved;
import dev.turnout.v1.FlowSample;
import dev.turnout.v1.FlowTextQuery;
import dev.turnout.v1.FlowUpdate;
import dev.turnout.v1.FlowsGrpc;
import dev.turnout.v1.GetConfigRequest;
import dev.turnout.v1.Group;
import dev.turnout.v1.GroupFeaturesQuery;
import dev.turnout.v1.GroupQuery;
import dev.turnout.v1.GroupTypeFeatures;
import dev.turnout.v1.GroupUpdate;
import dev.turnout.v1.LineStatus;
import dev.turnout.v1.PacketIn;
import dev.turnout.v1.PacketOut;
import dev.turnout.v1.PacketOutResult;
import dev.turnout.v1.PortStatus;
import dev.turnout.v1.ReadRequest;
import dev.turnout.v1.ReadResponse;
import dev.turnout.v1.ResumePacket;
import dev.turnout.v1.StreamChannelGrpc;
import dev.turnout.v1.StreamRequest;
import dev.turnout.v1.StreamResponse;
import dev.turnout.v1.SwitchGrpc;
import dev.turnout.v1.UpdateStatus;
import dev.turnout.v1.WriteFileRequest;
import dev.turnout.v1.WriteFileResponse;
import dev.turnout.v1.WriteRequest;
import dev.turnout.v1.WriteResponse;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.health.v1.HealthGrpc;
import io.grpc.stub.StreamObserver;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ApiTest {
    private static final byte[] FRAME = ApiSwitch.FRAME;

    @TempDir
    Path runDir;
    private ApiSwitch api;
    private TurnoutSwitch turnout;
    private ManagedChannel channel;
    private MemoryPort p1;
    private MemoryPort p2;

    @BeforeEach
    void start() throws Exception {
        api = new ApiSwitch(runDir);
        turnout = api.turnout;
        channel = api.channel;
        p1 = api.p1;
        p2 = api.p2;
    }

    @AfterEach
    void stop() throws Exception {
        api.close();
    }

    // --- flows ------------------------------------------------------------------------------------

    private WriteResponse write(boolean atomic, String... flows) {
        WriteRequest.Builder request = WriteRequest.newBuilder().setBridge("br0").setAtomic(atomic);
        for (String flow : flows) {
            request.addUpdates(FlowUpdate.newBuilder().setText(flow));
        }
        return FlowsGrpc.newBlockingStub(channel).write(request.build());
    }

    private List<dev.turnout.v1.FlowStats> flows() {
        List<dev.turnout.v1.FlowStats> flows = new ArrayList<>();
        Iterator<ReadResponse> pages = FlowsGrpc.newBlockingStub(channel).read(ReadRequest.newBuilder()
                .setBridge("br0").setFlows(FlowFilter.getDefaultInstance()).build());
        pages.forEachRemaining(page -> flows.addAll(page.getFlowsList()));
        return flows;
    }

    @Test
    void shouldAnswerEachUpdateForItself() {
        WriteResponse response = write(false, "in_port=1,actions=2", "in_port=1,bogus=3,actions=2",
                "in_port=2,actions=p1");
        assertThat(response.getStatuses(0).getCode()).isZero();
        assertThat(response.getStatuses(1).getCode()).isEqualTo(Status.Code.INVALID_ARGUMENT.value());
        assertThat(response.getStatuses(1).getMessage()).contains("bogus");
        assertThat(response.getStatuses(2).getCode()).isZero();
        assertThat(flows()).hasSize(2);
    }

    private WriteFileResponse writeFile(FileOptions.Builder options, String... pieces) throws Exception {
        CompletableFuture<WriteFileResponse> answer = new CompletableFuture<>();
        StreamObserver<WriteFileRequest> file = FlowsGrpc.newStub(channel).writeFile(new StreamObserver<>() {
            @Override
            public void onNext(WriteFileResponse response) {
                answer.complete(response);
            }

            @Override
            public void onError(Throwable cause) {
                answer.completeExceptionally(cause);
            }

            @Override
            public void onCompleted() {
                answer.completeExceptionally(new IllegalStateException("no answer"));
            }
        });
        WriteFileRequest.Builder first = WriteFileRequest.newBuilder().setOptions(options.setBridge("br0"));
        for (String piece : pieces) {
            file.onNext(first.setLines(ByteString.copyFromUtf8(piece)).build());
            first = WriteFileRequest.newBuilder();
        }
        file.onCompleted();
        try {
            return answer.get(30, TimeUnit.SECONDS);
        } catch (ExecutionException e) {
            throw Status.fromThrowable(e).asRuntimeException();
        }
    }

    private String listing() {
        StringBuilder text = new StringBuilder();
        FlowsGrpc.newBlockingStub(channel).read(ReadRequest.newBuilder().setBridge("br0").setFlowText(
                FlowTextQuery.newBuilder().setNoStats(true).setFilter(FlowFilter.newBuilder().setNames(true))).build())
                .forEachRemaining(page -> text.append(page.getText().toStringUtf8()));
        return text.toString();
    }

    @Test
    void shouldReadAFileInPieces() throws Exception {
        assertThat(writeFile(FileOptions.newBuilder().setMixed(true), "# a comment\n\nin_port=1,actions=2\n",
                "in_port=2,actions=p1\ndelete in_port=1\n", "priority=7,actions=drop"))
                .isEqualTo(WriteFileResponse.getDefaultInstance());
        assertThat(listing()).isEqualTo(" in_port=p2 actions=output:p1\n priority=7 actions=drop\n");
        WriteFileResponse response = writeFile(FileOptions.newBuilder(), "in_port=1,actions=2\nbogus=1,actions=2\n",
                "tp_src=1,actions=2\nactions=nonsense\n");
        assertThat(response.getRefusedList()).extracting(LineStatus::getLine).containsExactly(2, 4);
        assertThat(response.getRefused(0).getStatus().getMessage()).isEqualTo("unknown keyword bogus");
        assertThat(response.getWarningsList()).extracting(LineStatus::getLine).containsExactly(3);
        assertThat(flows()).hasSize(2);
        response = writeFile(FileOptions.newBuilder().setAtomic(true), "in_port=1,actions=2\n\nactions=group:7\n");
        assertThat(response.getRefusedList()).extracting(LineStatus::getLine).containsExactly(3);
        assertThat(flows()).hasSize(2);
        response = writeFile(FileOptions.newBuilder(), "in_port=1,actions=2\n\nactions=group:7\n");
        assertThat(response.getTotalRefused()).isEqualTo(1);
        assertThat(flows()).hasSize(3);
        assertThat(writeFile(FileOptions.newBuilder().setReplace(true), "in_port=2,actions=p1\n").getTotalRefused())
                .isZero();
        assertThat(listing()).isEqualTo(" in_port=p2 actions=output:p1\n");
        assertThatThrownBy(() -> writeFile(FileOptions.newBuilder().setVersions("OpenFlow99"), "\n"))
                .hasMessageContaining("OpenFlow99");
        assertThatThrownBy(() -> writeFile(FileOptions.newBuilder().setMixed(true).setReplace(true), "\n"))
                .hasMessageContaining("replace goes with command ADD alone");
    }

    @Test
    void shouldReportTheFirstRefusedLinesAndTheirNumber() throws Exception {
        WriteFileResponse response = writeFile(FileOptions.newBuilder(), "actions=nonsense\n".repeat(1000));
        assertThat(response.getRefusedCount()).isEqualTo(20);
        assertThat(response.getTotalRefused()).isEqualTo(1000);
        StringBuilder file = new StringBuilder();
        for (int i = 0; i < 60_000; i++) {
            file.append("table=2,tcp,nw_src=10.0.0.1,tp_dst=").append(i).append(",actions=drop\n");
        }
        assertThat(
                writeFile(FileOptions.newBuilder().setAtomic(true), file.substring(0, file.indexOf("\n", 1 << 20) + 1),
                        file.substring(file.indexOf("\n", 1 << 20) + 1)).getTotalRefused())
                .isZero();
        assertThat(listing().lines().count()).isEqualTo(60_000);
    }

    private static FlowUpdate group(GroupUpdate.Command command, String text) {
        return FlowUpdate.newBuilder().setGroup(GroupUpdate.newBuilder().setCommand(command).setText(text)).build();
    }

    private List<UpdateStatus> write(FlowUpdate... updates) {
        return FlowsGrpc.newBlockingStub(channel).write(WriteRequest.newBuilder().setBridge("br0").setAtomic(true)
                .addAllUpdates(List.of(updates)).build()).getStatusesList();
    }

    private ReadResponse readGroups(ReadRequest.Builder request) {
        ReadResponse.Builder all = ReadResponse.newBuilder();
        FlowsGrpc.newBlockingStub(channel).read(request.setBridge("br0").build()).forEachRemaining(all::mergeFrom);
        return all.build();
    }

    @Test
    void shouldChangeAndReadGroups() {
        FlowUpdate flow = FlowUpdate.newBuilder().setText("in_port=1,actions=group:7").build();
        assertThat(write(flow, group(GroupUpdate.Command.ADD, "group_id=7,type=all,bucket=output:p2")))
                .extracting(UpdateStatus::getOpenflowError).containsExactly("OFPBAC_BAD_OUT_GROUP", "");
        assertThat(write(group(GroupUpdate.Command.ADD, "group_id=7,type=all,bucket=output:p2"), flow))
                .extracting(UpdateStatus::getCode).containsExactly(0, 0);
        assertThat(write(group(GroupUpdate.Command.ADD, "group_id=7,type=all,bucket=drop")).get(0).getOpenflowError())
                .isEqualTo("OFPGMFC_GROUP_EXISTS");
        p1.inject(FRAME);
        await().until(() -> p2.capturedCount() == 1);
        await().until(() -> readGroups(ReadRequest.newBuilder().setGroupStats(GroupQuery.newBuilder().setGroupId(7)))
                .getGroupStats(0).getPackets() == 1);
        dev.turnout.v1.GroupStats stats = readGroups(
                ReadRequest.newBuilder().setGroupStats(GroupQuery.getDefaultInstance())).getGroupStats(0);
        assertThat(stats.getRefCount()).isEqualTo(1);
        assertThat(stats.getBytes()).isEqualTo(FRAME.length);
        assertThat(stats.getBucketsList()).extracting(BucketStats::getPackets).containsExactly(1L);
        assertThat(readGroups(ReadRequest.newBuilder().setGroups(GroupQuery.newBuilder().setNames(true)))
                .getGroupsList()).containsExactly(Group.newBuilder().setGroupId(7)
                        .setText("group_id=7,type=all,bucket=bucket_id:0,actions=output:p2").build());
        assertThat(readGroups(ReadRequest.newBuilder().setGroups(GroupQuery.newBuilder().setGroupId(8)))
                .getGroupsList()).isEmpty();
        assertThat(readGroups(ReadRequest.newBuilder().setGroupFeatures(GroupFeaturesQuery.getDefaultInstance()))
                .getGroupFeatures().getTypesList()).extracting(GroupTypeFeatures::getType)
                .containsExactly("all", "select", "indirect", "ff");
        assertThat(write(group(GroupUpdate.Command.DELETE, "")).get(0).getCode()).isZero();
        assertThat(flows()).isEmpty();
        assertThat(write(group(GroupUpdate.Command.MODIFY, "group_id=7,type=bogus")).get(0).getMessage())
                .contains("invalid group type bogus");
    }

    @Test
    void shouldChangeNothingWhenAnAtomicWriteHasAnError() {
        WriteResponse parsing = write(true, "in_port=1,actions=2", "actions=nonsense");
        assertThat(parsing.getStatuses(0).getCode()).isEqualTo(Status.Code.ABORTED.value());
        assertThat(parsing.getStatuses(1).getCode()).isEqualTo(Status.Code.INVALID_ARGUMENT.value());
        WriteResponse applying = write(true, "in_port=1,actions=2", "actions=group:77");
        assertThat(applying.getStatuses(0).getCode()).isEqualTo(Status.Code.ABORTED.value());
        assertThat(applying.getStatuses(1).getOpenflowError()).startsWith("OFP");
        assertThat(flows()).isEmpty();
    }

    @Test
    void shouldTakeFlowsInParts() {
        FlowEntry entry = FlowEntry.newBuilder().setTable(3).setPriority(7).setMatch("ip,nw_dst=10.0.0.0/8")
                .setActions("output:2").setCookie(0xabcL).setIdleTimeoutSeconds(60)
                .addFlags(FlowEntry.Flag.SEND_FLOW_REM).build();
        WriteResponse response = FlowsGrpc.newBlockingStub(channel).write(WriteRequest.newBuilder().setBridge("br0")
                .addUpdates(FlowUpdate.newBuilder().setEntry(entry)).build());
        assertThat(response.getStatuses(0).getMessage()).isEmpty();
        assertThat(flows().getFirst().getEntry()).isEqualTo(entry);
        FlowUpdate delete = FlowUpdate.newBuilder().setCommand(FlowUpdate.Command.DELETE)
                .setEntry(FlowEntry.newBuilder().setCookie(0xabcL)).setCookieMask(-1).build();
        response = FlowsGrpc.newBlockingStub(channel)
                .write(WriteRequest.newBuilder().setBridge("br0").addUpdates(delete).build());
        assertThat(response.getStatuses(0).getMessage()).isEmpty();
        assertThat(flows()).isEmpty();
    }

    @Test
    void shouldRefuseToDeleteByACookieWithoutItsMask() {
        assertThat(write(true, "cookie=5,actions=drop").getStatuses(0).getCode()).isZero();
        FlowUpdate.Builder delete = FlowUpdate.newBuilder().setCommand(FlowUpdate.Command.DELETE)
                .setEntry(FlowEntry.newBuilder().setCookie(6));
        UpdateStatus status = FlowsGrpc.newBlockingStub(channel)
                .write(WriteRequest.newBuilder().setBridge("br0").addUpdates(delete).build()).getStatuses(0);
        assertThat(status.getCode()).isEqualTo(Status.Code.INVALID_ARGUMENT.value());
        assertThat(status.getMessage()).contains("cookie 0x6", "cookie_mask");
        assertThat(flows()).hasSize(1);
        FlowFilter filter = FlowFilter.newBuilder().setEntry(FlowEntry.newBuilder().setCookie(6)).build();
        assertThatThrownBy(() -> FlowsGrpc.newBlockingStub(channel)
                .read(ReadRequest.newBuilder().setBridge("br0").setFlows(filter).build()).hasNext())
                .hasMessageContaining("INVALID_ARGUMENT").hasMessageContaining("cookie_mask");
    }

    @Test
    void shouldSayThatThereIsNoBridge() {
        assertThatThrownBy(() -> FlowsGrpc.newBlockingStub(channel)
                .write(WriteRequest.newBuilder().setBridge("br9").build())).isInstanceOf(StatusRuntimeException.class)
                .hasMessage("NOT_FOUND: no bridge named br9");
    }

    @Test
    void shouldStreamManyFlowsAndCountPackets() {
        WriteRequest.Builder request = WriteRequest.newBuilder().setBridge("br0").setAtomic(true);
        for (int i = 0; i < 3000; i++) {
            request.addUpdates(FlowUpdate.newBuilder()
                    .setText("table=1,udp,tp_dst=" + i + ",actions=drop"));
        }
        request.addUpdates(FlowUpdate.newBuilder().setText("in_port=1,actions=2"));
        assertThat(FlowsGrpc.newBlockingStub(channel).write(request.build()).getStatusesList())
                .allMatch(status -> status.getCode() == 0);
        assertThat(flows()).hasSize(3001);
        p1.inject(FRAME);
        await().until(() -> p2.capturedCount() == 1);
        p1.inject(FRAME);
        await().until(() -> p2.capturedCount() == 2);
        await().until(() -> flows().stream().mapToLong(dev.turnout.v1.FlowStats::getPackets).sum() == 2);
    }

    // --- the stream -------------------------------------------------------------------------------

    /** A controller that keeps what it was told. */
    private final class Controller implements StreamObserver<StreamResponse> {
        private final BlockingQueue<StreamResponse> responses = new LinkedBlockingQueue<>();
        private final BlockingQueue<Status> ends = new LinkedBlockingQueue<>();
        private final StreamObserver<StreamRequest> requests = StreamChannelGrpc.newStub(channel).open(this);

        Controller(long electionId) {
            requests.onNext(StreamRequest.newBuilder()
                    .setArbitration(Arbitration.newBuilder().setBridge("br0").setElectionId(electionId)).build());
        }

        @Override
        public void onNext(StreamResponse response) {
            responses.add(response);
        }

        @Override
        public void onError(Throwable reason) {
            ends.add(Status.fromThrowable(reason));
        }

        @Override
        public void onCompleted() {
            ends.add(Status.OK);
        }

        StreamResponse next(Predicate<StreamResponse> wanted) throws InterruptedException {
            while (true) {
                StreamResponse response = responses.poll(10, TimeUnit.SECONDS);
                assertThat(response).isNotNull();
                if (wanted.test(response)) {
                    return response;
                }
            }
        }

        void send(long id, String actions) {
            requests.onNext(StreamRequest.newBuilder().setPacketOut(PacketOut.newBuilder().setId(id)
                    .setActions(actions).setData(ByteString.copyFrom(FRAME))).build());
        }
    }

    @Test
    void shouldSendPacketOutsAndReportPacketIns() throws Exception {
        assertThat(write(true, "in_port=1,actions=controller").getStatuses(0).getCode()).isZero();
        Controller controller = new Controller(0);
        assertThat(controller.next(StreamResponse::hasArbitration).getArbitration().getPrimary()).isTrue();
        controller.send(5, "output:2");
        assertThat(controller.next(StreamResponse::hasPacketOutResult).getPacketOutResult().getCode()).isZero();
        await().until(() -> p2.capturedCount() == 1);
        assertThat(p2.captured().getFirst().bytes()).isEqualTo(FRAME);
        p1.inject(FRAME);
        StreamResponse packetIn = controller.next(StreamResponse::hasPacketIn);
        assertThat(packetIn.getPacketIn().getData().toByteArray()).isEqualTo(FRAME);
        assertThat(packetIn.getPacketIn().getInPort()).isEqualTo(1);
        controller.send(6, "output:nowhere");
        StreamResponse refused = controller.next(StreamResponse::hasPacketOutResult);
        assertThat(refused.getPacketOutResult().getId()).isEqualTo(6);
        assertThat(refused.getPacketOutResult().getMessage()).contains("nowhere");
    }

    @Test
    void shouldResumeAPausedPacketOnce() throws Exception {
        assertThat(write(true, "in_port=1,actions=load:7->NXM_NX_REG0[],controller(pause),resubmit(,1)",
                "table=1,reg0=7,actions=output:2").getStatusesList()).allMatch(status -> status.getCode() == 0);
        Controller controller = new Controller(0);
        controller.next(StreamResponse::hasArbitration);
        p1.inject(FRAME);
        ByteString continuation = controller.next(StreamResponse::hasPacketIn).getPacketIn().getContinuation();
        assertThat(continuation.size()).isEqualTo(16);
        assertThat(p2.capturedCount()).isZero();
        byte[] changed = FRAME.clone();
        changed[FRAME.length - 1] ^= 0x55;
        ResumePacket resume = ResumePacket.newBuilder().setId(8).setContinuation(continuation)
                .setData(ByteString.copyFrom(changed)).build();
        controller.requests.onNext(StreamRequest.newBuilder().setResumePacket(resume).build());
        assertThat(controller.next(StreamResponse::hasPacketOutResult).getPacketOutResult().getCode()).isZero();
        await().until(() -> p2.capturedCount() == 1);
        assertThat(p2.captured().getFirst().bytes()).isEqualTo(changed);
        controller.requests.onNext(StreamRequest.newBuilder().setResumePacket(resume).build());
        PacketOutResult again = controller.next(StreamResponse::hasPacketOutResult).getPacketOutResult();
        assertThat(again.getId()).isEqualTo(8);
        assertThat(again.getCode()).isEqualTo(Status.Code.INVALID_ARGUMENT.value());
        assertThat(again.getMessage()).contains("OFPBRC_BUFFER_UNKNOWN", "continuation");
        assertThat(p2.capturedCount()).as("since the former was taken out").isZero();
    }

    @Test
    void shouldSendSamplesToControllers() throws Exception {
        assertThat(write(true, "in_port=1,actions=sample(probability=65535,collector_set_id=4,obs_domain_id=5,"
                + "obs_point_id=6,sampling_port=2,egress),output:2").getStatuses(0).getCode()).isZero();
        Controller controller = new Controller(0);
        controller.next(StreamResponse::hasArbitration);
        p1.inject(FRAME);
        FlowSample sample = controller.next(StreamResponse::hasFlowSample).getFlowSample();
        assertThat(sample).isEqualTo(FlowSample.newBuilder().setProbability(65535).setCollectorSetId(4)
                .setObsDomainId(5).setObsPointId(6).setSamplingPort(2).setDirection(FlowSample.Direction.EGRESS)
                .setInPort(1).setData(ByteString.copyFrom(FRAME)).build());
        await().until(() -> p2.capturedCount() == 1);
    }

    @Test
    void shouldElectThePrimary() throws Exception {
        Controller low = new Controller(1);
        assertThat(low.next(StreamResponse::hasArbitration).getArbitration().getPrimary()).isTrue();
        Controller high = new Controller(2);
        assertThat(high.next(StreamResponse::hasArbitration).getArbitration().getPrimary()).isTrue();
        assertThat(low.next(StreamResponse::hasArbitration).getArbitration().getPrimary()).isFalse();
        low.send(1, "output:2");
        assertThat(low.next(StreamResponse::hasPacketOutResult).getPacketOutResult().getCode())
                .isEqualTo(Status.Code.PERMISSION_DENIED.value());
        assertThat(codeOfWriteAs(1)).isEqualTo(Status.Code.PERMISSION_DENIED);
        assertThat(codeOfWriteAs(2)).isEqualTo(Status.Code.OK);
        assertThat(codeOfWriteAs(0)).isEqualTo(Status.Code.OK);
        assertThatThrownBy(() -> writeFile(FileOptions.newBuilder().setElectionId(1), "priority=8,actions=drop"))
                .hasMessageContaining("PERMISSION_DENIED");
        assertThat(writeFile(FileOptions.newBuilder().setElectionId(2), "priority=8,actions=drop").getTotalRefused())
                .isZero();
        Controller same = new Controller(2);
        assertThat(same.ends.poll(10, TimeUnit.SECONDS).getCode()).isEqualTo(Status.Code.ALREADY_EXISTS);
        high.requests.onCompleted();
        assertThat(low.next(StreamResponse::hasArbitration).getArbitration().getPrimary()).isTrue();
        assertThat(codeOfWriteAs(2)).isEqualTo(Status.Code.PERMISSION_DENIED);
        assertThat(codeOfWriteAs(1)).isEqualTo(Status.Code.OK);
    }

    private Status.Code codeOfWriteAs(long electionId) {
        try {
            WriteResponse response = FlowsGrpc.newBlockingStub(channel)
                    .write(WriteRequest.newBuilder().setBridge("br0").setElectionId(electionId)
                            .addUpdates(FlowUpdate.newBuilder().setText("priority=7,actions=drop")).build());
            return Status.fromCodeValue(response.getStatuses(0).getCode()).getCode();
        } catch (StatusRuntimeException e) {
            return e.getStatus().getCode();
        }
    }

    @Test
    void shouldLearnFlowsFromPacketsAndCountThem() {
        assertThat(write(true, "actions=learn(table=1,limit=1,cookie=7,NXM_OF_ETH_DST[]=NXM_OF_ETH_SRC[],"
                + "output:NXM_OF_IN_PORT[])").getStatuses(0).getCode()).isZero();
        Bridge bridge = turnout.bridge("br0");
        int before = bridge.flowCount();
        p1.inject(FRAME);
        await().until(() -> bridge.flowCount() == before + 1);
        byte[] other = FRAME.clone();
        other[6 + 5]++; // another source
        p2.inject(other);
        await().until(() -> bridge.learnCounts().overLimit() > 0);
        assertThat(bridge.flowCount()).isEqualTo(before + 1);
        assertThat(new SwitchMetrics(turnout).scrape())
                .contains("turnout_bridge_learn_flows_total{bridge=\"br0\",outcome=\"learned\"} 1.0")
                .contains("turnout_bridge_learn_flows_total{bridge=\"br0\",outcome=\"refused\"} 0.0");
    }

    @Test
    void shouldKeepThePacketInsOfAQuietPortWhereAnotherFloods() throws Exception {
        var ignored = turnout.transact(transaction -> transaction
                .set("bridge", "br0", false, "other_config", "controller-rate-limit", "100")
                .set("bridge", "br0", false, "other_config", "controller-burst-limit", "10"));
        assertThat(write(true, "actions=controller").getStatuses(0).getCode()).isZero();
        Controller controller = new Controller(0);
        StreamResponse joined = controller.next(StreamResponse::hasArbitration);
        assertThat(joined.getArbitration().getPrimary()).isTrue();
        for (int i = 0; i < 500; i++) {
            p1.inject(FRAME);
        }
        await().until(() -> turnout.packetIns().counts(turnout.bridge("br0")).dropped() > 0);
        p2.inject(FRAME);
        assertThat(controller.next(message -> message.getPacketIn().getInPort() == 2).getPacketIn().getData()
                .toByteArray()).isEqualTo(FRAME);
        assertThat(new SwitchMetrics(turnout).scrape())
                .contains("turnout_bridge_packet_ins_packets_total{bridge=\"br0\",outcome=\"dropped\"}");
    }

    @Test
    void shouldCountMalformedPacketsByWhatIsWrong() {
        byte[] cut = Arrays.copyOf(FRAME, 14 + 8);
        cut[12] = 0x08; // IPv4, without a whole header
        cut[13] = 0x00;
        p1.inject(cut);
        await().untilAsserted(() -> assertThat(new SwitchMetrics(turnout).scrape()).contains(
                "turnout_thread_malformed_packets_total{reason=\"ipv4-truncated\",thread=\"0\"} 1.0",
                "turnout_thread_malformed_packets_total{reason=\"tcp-truncated\",thread=\"0\"} 0.0"));
    }

    @Test
    void shouldTellOfTtlsThatEndedIfConfigured() throws Exception {
        var ignored = turnout.transact(transaction -> transaction
                .set("bridge", "br0", false, "other_config", "invalid-ttl-to-controller", "true"));
        assertThat(write(true, "ip,actions=dec_ttl,output:2").getStatuses(0).getCode()).isZero();
        Controller controller = new Controller(0);
        StreamResponse joined = controller.next(StreamResponse::hasArbitration);
        assertThat(joined.getArbitration().getPrimary()).isTrue();
        byte[] frame = HexFormat.of().parseHex("020000000002" + "020000000001" + "0800"
                + "4500002e000000000111" + "a5bd" + "0a000001" + "0a000002" + "00070050001a0000" + "00".repeat(18));
        p1.inject(frame);
        PacketIn told = controller.next(StreamResponse::hasPacketIn).getPacketIn();
        assertThat(told.getReason()).isEqualTo(PacketIn.Reason.INVALID_TTL);
        assertThat(told.getData().toByteArray()).isEqualTo(frame);
        assertThatThrownBy(() -> turnout.transact(transaction -> transaction
                .set("bridge", "br0", false, "other_config", "invalid-ttl-to-controller", "yes")))
                .hasMessageContaining("invalid-ttl-to-controller").hasMessageContaining("true or false");
    }

    @Test
    void shouldRefuseLimitsOutOfRange() {
        assertThatThrownBy(() -> turnout.transact(transaction -> transaction
                .set("bridge", "br0", false, "other_config", "controller-rate-limit", "-1")))
                .hasMessageContaining("controller-rate-limit").hasMessageContaining("0 to 10000000");
        assertThatThrownBy(() -> turnout.transact(transaction -> transaction
                .set("bridge", "br0", false, "other_config", "mac-aging-time", "5")))
                .hasMessageContaining("mac-aging-time").hasMessageContaining("15 to 3600");
    }

    @Test
    void shouldReportFlowsThatGoWithTheirFinalCounters() throws Exception {
        assertThat(write(true, "in_port=1,cookie=7,send_flow_rem,actions=2", "in_port=2,actions=1").getStatusesList())
                .allMatch(status -> status.getCode() == 0);
        Controller secondary = new Controller(1);
        Controller primary = new Controller(2);
        assertThat(primary.next(StreamResponse::hasArbitration).getArbitration().getPrimary()).isTrue();
        for (int i = 0; i < 20; i++) {
            p1.inject(FRAME);
        }
        await().until(() -> p2.capturedCount() == 20);
        FlowsGrpc.newBlockingStub(channel).write(WriteRequest.newBuilder().setBridge("br0")
                .addUpdates(FlowUpdate.newBuilder().setCommand(FlowUpdate.Command.DELETE).setText("")).build());
        FlowRemoved removed = primary.next(StreamResponse::hasFlowRemoved).getFlowRemoved();
        assertThat(removed.getReason()).isEqualTo(FlowRemoved.Reason.DELETE);
        assertThat(removed.getFlow().getEntry().getCookie()).isEqualTo(7);
        assertThat(removed.getFlow().getEntry().getMatch()).isEqualTo("in_port=1");
        assertThat(removed.getFlow().getPackets()).isEqualTo(20);
        assertThat(removed.getFlow().getBytes()).isEqualTo(20L * FRAME.length);
        assertThat(secondary.responses).noneMatch(StreamResponse::hasFlowRemoved);
    }

    @Test
    void shouldReportPorts() throws Exception {
        Controller controller = new Controller(0);
        StreamResponse ignored = controller.next(StreamResponse::hasArbitration);
        var _ = turnout.transact(transaction -> transaction.deletePort("br0", "p2", false));
        PortStatus status = controller.next(StreamResponse::hasPortStatus).getPortStatus();
        assertThat(status.getReason()).isEqualTo(PortStatus.Reason.DELETE);
        assertThat(status.getPort().getName()).isEqualTo("p2");
        assertThat(status.getPort().getOfport()).isEqualTo(2);
    }

    // --- the control socket -----------------------------------------------------------------------

    @Test
    void shouldAnswerTheSameOverBothWays() throws Exception {
        assertThat(Files.getPosixFilePermissions(runDir.resolve("turnout.sock")))
                .isEqualTo(PosixFilePermissions.fromString("rw-------"));
        try (ControlClient client = new ControlClient(runDir.resolve("turnout.sock"))) {
            client.call("turnout.v1.Switch/GetConfig", GetConfigRequest.getDefaultInstance());
            Config local = Config.parseFrom(client.receive().getMessage());
            assertThat(local).isEqualTo(
                    SwitchGrpc.newBlockingStub(channel).getConfig(GetConfigRequest.getDefaultInstance()));
            ControlFrame end = client.receive();
            assertThat(end.getEnd()).isTrue();
            assertThat(end.getCode()).isZero();

            client.call("turnout.v1.Flows/Write", WriteRequest.newBuilder().setBridge("br9").build());
            assertThat(client.receive().getError()).isEqualTo("no bridge named br9");

            client.call("turnout.v1.Nothing/AtAll", GetConfigRequest.getDefaultInstance());
            assertThat(client.receive().getCode()).isEqualTo(Status.Code.UNIMPLEMENTED.value());

            client.call("turnout.v1.Control/Appctl",
                    AppctlRequest.newBuilder().setCommand("list-commands").build());
            AppctlResponse text = AppctlResponse.parseFrom(client.receive().getMessage());
            assertThat(text).isEqualTo(ControlGrpc.newBlockingStub(channel)
                    .appctl(AppctlRequest.newBuilder().setCommand("list-commands").build()).next());
            assertThat(text.getOutput()).contains("  fdb/show                BRIDGE\n");
        }
    }

    @Test
    void shouldStreamBothWaysOverTheControlSocket() throws Exception {
        try (ControlClient client = new ControlClient(runDir.resolve("turnout.sock"))) {
            client.send(ControlFrame.newBuilder().setMethod("turnout.v1.StreamChannel/Open")
                    .setMessage(StreamRequest.newBuilder()
                            .setArbitration(Arbitration.newBuilder().setBridge("br0")).build().toByteString())
                    .build());
            assertThat(StreamResponse.parseFrom(client.receive().getMessage()).hasArbitration()).isTrue();
            client.send(ControlFrame.newBuilder()
                    .setMessage(StreamRequest.newBuilder().setPacketOut(PacketOut.newBuilder().setId(1)
                            .setActions("output:1").setData(ByteString.copyFrom(FRAME))).build().toByteString())
                    .build());
            assertThat(StreamResponse.parseFrom(client.receive().getMessage()).getPacketOutResult().getCode())
                    .isZero();
            await().until(() -> p1.capturedCount() == 1);
            client.send(ControlFrame.newBuilder().setEnd(true).build());
            assertThat(client.receive().getEnd()).isTrue();
        }
    }

    @Test
    void shouldServeOthersWhileOneClientDoesNotRead() throws Exception {
        WriteRequest.Builder request = WriteRequest.newBuilder().setBridge("br0").setAtomic(true);
        for (int i = 0; i < 20_000; i++) {
            request.addUpdates(FlowUpdate.newBuilder()
                    .setText("table=1,tcp,nw_src=10.0.0.1,tp_dst=" + i + ",actions=drop"));
        }
        assertThat(FlowsGrpc.newBlockingStub(channel).write(request.build()).getStatusesCount()).isEqualTo(20_000);
        List<ControlClient> slow = new ArrayList<>();
        try {
            for (int i = 0; i < 20; i++) {
                ControlClient client = new ControlClient(runDir.resolve("turnout.sock"));
                slow.add(client);
                client.call("turnout.v1.Flows/Read", ReadRequest.newBuilder().setBridge("br0")
                        .setFlows(FlowFilter.getDefaultInstance()).build());
            }
            try (ControlClient client = new ControlClient(runDir.resolve("turnout.sock"))) {
                client.call("turnout.v1.Control/Appctl", AppctlRequest.newBuilder().setCommand("version").build());
                assertThat(AppctlResponse.parseFrom(client.receive().getMessage()).getOutput())
                        .startsWith("Turnout ");
            }
            int flows = 0;
            for (ControlFrame frame = slow.getFirst().receive(); !frame.getEnd(); frame = slow.getFirst().receive()) {
                flows += ReadResponse.parseFrom(frame.getMessage()).getFlowsCount();
            }
            assertThat(flows).isEqualTo(20_000);
        } finally {
            for (ControlClient client : slow) {
                client.close();
            }
        }
    }

    @Test
    void shouldCutOffWhoSendsNoFrames() throws Exception {
        try (ControlClient client = new ControlClient(runDir.resolve("turnout.sock"))) {
            client.channel().write(java.nio.ByteBuffer.wrap(new byte[]{-1, -1, -1, -1, 0}));
            assertThatThrownBy(client::receive).isInstanceOf(IOException.class);
        }
    }

    @Test
    void shouldSayThatItIsHealthy() {
        assertThat(HealthGrpc.newBlockingStub(channel)
                .check(HealthCheckRequest.newBuilder().setService("turnout.v1.Flows").build()).getStatus())
                .isEqualTo(ServingStatus.SERVING);
    }
}
