package dev.turnout.switchd;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Supplier;

import dev.turnout.core.Port;
import dev.turnout.core.io.LinkMonitor;
import dev.turnout.core.io.SystemCallException;
import dev.turnout.core.memory.PcapFile;
import dev.turnout.core.memory.PcapPort;
import dev.turnout.core.port.InterfacePorts;
import dev.turnout.switchd.network.PortSettings;
import org.jspecify.annotations.Nullable;

/**
 * Makes the port that settings ask for, and watches for interfaces that are missing. The link monitor is started for the
 * first port that needs one: a switch of memory ports alone asks nothing of the kernel.
 *
 * <p>Thread rules: under the configuration lock.
 */
final class PortOpener implements AutoCloseable {
    private @Nullable LinkMonitor monitor;

    /** Opens a device. */
    Port open(PortSettings settings) throws IOException {
        String type = settings.effectiveType();
        if (type.equals("pcap")) {
            return openPcap(settings);
        }
        if (type.equals("system") && !monitor().state(settings.name()).present()) {
            throw new IOException("could not open network device " + settings.name() + " (No such device)");
        }
        return InterfacePorts.open(type, settings.name(), settings.options(), monitor());
    }

    private static Port openPcap(PortSettings settings) throws IOException {
        String replayed = settings.options().get("rxq_pcap");
        String recorded = settings.options().get("tx_pcap");
        List<byte[]> frames = replayed == null ? List.of() : PcapFile.read(Path.of(replayed));
        boolean endless = Boolean.parseBoolean(settings.options().get("rxq_pcap_inf"));
        return new PcapPort(settings.name(), frames, endless, recorded == null ? null : Path.of(recorded));
    }

    /** Calls back, on the monitor's thread, when an interface of that name is there. */
    void awaitInterface(String name, Supplier<Boolean> appeared) {
        try {
            LinkMonitor present = monitor();
            present.addListener(name, new LinkMonitor.Listener() {
                @Override
                public void linkChanged(String ifName, dev.turnout.core.LinkState state) {
                    if (state.present() && appeared.get()) {
                        present.removeListener(name, this);
                    }
                }
            });
        } catch (SystemCallException e) {
            throw new IllegalStateException("the link monitor has run before", e);
        }
    }

    private LinkMonitor monitor() throws SystemCallException {
        LinkMonitor present = monitor;
        if (present == null) {
            present = new LinkMonitor();
            monitor = present;
        }
        return present;
    }

    @Override
    public void close() {
        if (monitor != null) {
            monitor.close();
        }
    }
}
