package dev.turnout.switchd.rpc;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;

import com.google.protobuf.ByteString;
import dev.turnout.v1.FlowUpdates;
import dev.turnout.v1.PacketIn;
import dev.turnout.v1.StreamResponse;
import io.grpc.stub.ServerCallStreamObserver;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class StreamClientTest {
    /** A client that reads when it is told to. */
    private static final class Reader extends ServerCallStreamObserver<StreamResponse> {
        private final List<StreamResponse> received = new ArrayList<>();
        private boolean ready;
        private Runnable onReady = () -> {
        };

        void read() {
            ready = true;
            onReady.run();
        }

        @Override
        public boolean isReady() { return ready; }

        @Override
        public boolean isCancelled() { return false; }

        @Override
        public void setOnReadyHandler(Runnable handler) {
            onReady = handler;
        }

        @Override
        public void setOnCancelHandler(Runnable handler) {
            // nobody cancels
        }

        @Override
        public void setCompression(String compression) {
            throw new UnsupportedOperationException();
        }

        @Override
        public void setMessageCompression(boolean enable) {
            throw new UnsupportedOperationException();
        }

        @Override
        public void disableAutoInboundFlowControl() {
            throw new UnsupportedOperationException();
        }

        @Override
        public void request(int count) {
            throw new UnsupportedOperationException();
        }

        @Override
        public void onNext(StreamResponse response) {
            received.add(response);
        }

        @Override
        public void onError(Throwable reason) {
            throw new AssertionError(reason);
        }

        @Override
        public void onCompleted() {
            throw new AssertionError();
        }
    }

    private static StreamResponse packetIn(int bytes) {
        return StreamResponse.newBuilder()
                .setPacketIn(PacketIn.newBuilder().setData(ByteString.copyFrom(new byte[bytes]))).build();
    }

    private static List<StreamResponse> receivedOf(int messages, int bytes) {
        Reader reader = new Reader();
        StreamClient client = new StreamClient(reader, Runnable::run);
        for (int i = 0; i < messages; i++) {
            client.offer(packetIn(bytes));
        }
        reader.read();
        int held = reader.received.size();
        client.offer(packetIn(1));
        assertThat(reader.received.getLast().getDropped()).isEqualTo(messages - held);
        client.offer(packetIn(1));
        assertThat(reader.received.getLast().getDropped()).isZero();
        return reader.received.subList(0, held);
    }

    @Test
    void shouldHoldABoundedNumberOfMessages() {
        assertThat(receivedOf(3000, 64)).hasSize(1024);
    }

    @Test
    void shouldHoldABoundedNumberOfBytes() {
        long bytes = receivedOf(1000, 65_000).stream().mapToLong(StreamResponse::getSerializedSize).sum();
        assertThat(bytes).isBetween(4L << 20, (4L << 20) + 66_000);
    }

    /** Has so many messages. */
    private static final class Feed implements StreamClient.Feed {
        private int left;
        private boolean closed;

        Feed(int left) {
            this.left = left;
        }

        @Override
        public @Nullable StreamResponse poll() {
            return left-- > 0
                    ? StreamResponse.newBuilder().setFlowUpdates(FlowUpdates.newBuilder().setMonitorId(left)).build()
                    : null;
        }

        @Override
        public void close() {
            closed = true;
        }
    }

    @Test
    void shouldTakeMessagesOfTheQueueAndOfFeedsInTurn() {
        Reader reader = new Reader();
        StreamClient client = new StreamClient(reader, Runnable::run);
        for (int i = 0; i < 3; i++) {
            client.offer(packetIn(1));
        }
        Feed feed = new Feed(10);
        client.add(feed);
        assertThat(reader.received).isEmpty();
        reader.read();
        assertThat(reader.received).hasSize(13);
        assertThat(reader.received.subList(0, 6)).filteredOn(StreamResponse::hasPacketIn).hasSize(3);
        feed.left = 2;
        client.wake();
        assertThat(reader.received).hasSize(15);
        feed.left = 2;
        client.remove(feed);
        client.wake();
        assertThat(reader.received).hasSize(15);
        assertThat(feed.closed).isTrue();
    }

    @Test
    void shouldCloseFeedsWhenTheConversationEnds() {
        StreamClient client = new StreamClient(new Reader(), Runnable::run);
        Feed before = new Feed(1);
        client.add(before);
        client.stopFeeds();
        assertThat(before.closed).isTrue();
        Feed after = new Feed(1);
        client.add(after);
        assertThat(after.closed).isTrue();
    }
}
