package dev.turnout.switchd;

import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

import dev.turnout.core.LinkState;
import dev.turnout.core.Port;
import dev.turnout.core.io.LinkMonitor;
import dev.turnout.core.io.SystemCallException;
import dev.turnout.core.memory.PcapFile;
import dev.turnout.core.memory.PcapPort;
import dev.turnout.core.port.InterfacePorts;
import dev.turnout.switchd.config.IoText;
import dev.turnout.switchd.network.PortSettings;
import org.jspecify.annotations.Nullable;

/**
 * Makes the port that settings ask for, and watches for interfaces that are missing. The link monitor is started for the
 * first port that needs one: a switch of memory ports alone asks nothing of the kernel.
 *
 * <p>Thread rules: under the configuration lock.
 */
final class PortOpener implements AutoCloseable {
    /** There is no interface of that name. */
    static final class NoSuchDeviceException extends IOException {
        private static final long serialVersionUID = 1;

        NoSuchDeviceException(String name) {
            super("could not open network device " + name + " (No such device)");
        }
    }

    private @Nullable LinkMonitor monitor;
    /** Names of missing interfaces; added to under the configuration lock, removed from on the monitor's thread. */
    private final Set<String> awaited = ConcurrentHashMap.newKeySet();

    /** Opens a device. */
    Port open(PortSettings settings) throws IOException {
        String type = settings.effectiveType();
        if (type.equals("pcap")) {
            return openPcap(settings);
        }
        if (type.equals("system") && !monitor().state(settings.name()).present()) {
            throw new NoSuchDeviceException(settings.name());
        }
        return InterfacePorts.open(type, settings.name(), settings.options(), monitor());
    }

    private static Port openPcap(PortSettings settings) throws IOException {
        String replayed = settings.options().get("rxq_pcap");
        String recorded = settings.options().get("tx_pcap");
        List<byte[]> frames = replayed == null ? List.of() : replayed(Path.of(replayed));
        boolean endless = Boolean.parseBoolean(settings.options().get("rxq_pcap_inf"));
        return new PcapPort(settings.name(), frames, endless, recorded == null ? null : Path.of(recorded));
    }

    private static List<byte[]> replayed(Path file) throws IOException {
        try {
            return PcapFile.read(file);
        } catch (FileSystemException e) {
            throw new IOException("cannot read " + file + ": " + IoText.reason(e), e);
        }
    }

    /** Calls back once, mostly on the monitor's thread, when an interface of that name has appeared or changed. */
    void awaitInterface(String name, boolean wasMissing, Runnable appeared) {
        if (!awaited.add(name)) {
            return; // is awaited already
        }
        try {
            LinkMonitor present = monitor();
            present.addListener(name, new LinkMonitor.Listener() {
                @Override
                public void linkChanged(String ifName, LinkState state) {
                    if (state.present()) {
                        present.removeListener(name, this);
                        if (awaited.remove(name)) {
                            appeared.run();
                        }
                    }
                }
            });
            if (wasMissing && present.state(name).present() && awaited.remove(name)) {
                appeared.run(); // it came between the attempt and the listener
            }
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
