package dev.turnout.core.memory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

import dev.turnout.core.Ack;
import dev.turnout.core.Datapath;
import dev.turnout.core.DatapathCommand;
import dev.turnout.core.DatapathConfig;
import dev.turnout.core.ForwardingThread;
import dev.turnout.core.Frames;
import dev.turnout.core.ThreadCounter;
import dev.turnout.core.UpcallSink;
import dev.turnout.flow.DatapathActions;
import dev.turnout.flow.DpAction;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PcapPortTest {
    @TempDir
    Path directory = Path.of(".");

    /** Sends every packet that misses to port 2, without a megaflow. */
    private static final class Forwarder implements UpcallSink {
        @Override
        public boolean miss(ForwardingThread from, long packet, long[] words, int offset, long used, long hash,
                long nowNs) {
            return from.submit(new DatapathCommand.Execute(DatapathActions.of(new DpAction.Output(2)), packet));
        }

        @Override
        public boolean userspace(ForwardingThread from, long packet, long[] words, int offset, long used,
                DpAction.Userspace action) {
            return false;
        }
    }

    private static boolean ignore(ForwardingThread from, Ack ack) {
        return true;
    }

    @Test
    void shouldReplayAFileOnceAndRecordWhatIsSent() throws IOException {
        List<byte[]> frames = new ArrayList<>();
        Path in = directory.resolve("in.pcap");
        try (PcapFile.Writer writer = new PcapFile.Writer(in)) {
            for (int i = 0; i < 100; i++) {
                frames.add(Frames.udp(i, 2, 3, 4, i * 5));
                writer.write(frames.get(i), i);
            }
        }
        Path out = directory.resolve("out.pcap");
        try (Datapath datapath = new Datapath(DatapathConfig.defaults().withBuffers(512, 4))) {
            datapath.start(new Forwarder(), PcapPortTest::ignore);
            MemoryPort first = new MemoryPort("first");
            datapath.addPort(first);
            datapath.addPort(new PcapPort("out", List.of(), false, out));
            datapath.addPort(PcapPort.replaying("in", in, false));
            await().until(() -> datapath.count(ThreadCounter.OUTPUTS) == 100);
        }
        assertThat(PcapFile.read(out)).containsExactlyElementsOf(frames);
    }

    @Test
    void shouldReplayWithoutEnd() throws IOException {
        try (Datapath datapath = new Datapath(DatapathConfig.defaults().withBuffers(512, 4))) {
            datapath.start(new Forwarder(), PcapPortTest::ignore);
            datapath.addPort(new PcapPort("in", List.of(Frames.udp(1, 2, 3, 4, 5)), true, null));
            datapath.addPort(PcapPort.sink("out"));
            await().until(() -> datapath.count(ThreadCounter.RECEIVED) > 1000);
        }
    }

    @Test
    void shouldSayWhatIsWrongWithAFile() throws IOException {
        Path file = directory.resolve("bad.pcap");
        Files.write(file, new byte[3]);
        assertThatThrownBy(() -> PcapFile.read(file)).isInstanceOf(IOException.class)
                .hasMessageContaining("not a pcap file: 3 bytes");
        Files.write(file, new byte[40]);
        assertThatThrownBy(() -> PcapFile.read(file)).hasMessageContaining("magic number 0");
        try (PcapFile.Writer writer = new PcapFile.Writer(file)) {
            writer.write(new byte[60], 0);
        }
        Files.write(file, Arrays.copyOf(Files.readAllBytes(file), 80));
        assertThatThrownBy(() -> PcapFile.read(file)).hasMessageContaining("frame 0 is cut off");
    }
}
