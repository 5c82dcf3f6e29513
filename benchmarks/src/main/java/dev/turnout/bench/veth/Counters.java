package dev.turnout.bench.veth;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import dev.turnout.bench.lab.Host;

/** What the kernel counts: packets of a host's interface, retransmissions, CPU time of a process. */
final class Counters {
    private static final Pattern MAC = Pattern.compile("link/ether ([0-9a-f:]{17})");
    private static final int RECEIVED_PACKETS = 1;
    private static final int SENT_PACKETS = 9;
    private static final double TICKS_PER_SECOND = 100;

    private Counters() {
    }

    /** The Ethernet address of a host's interface. */
    static long mac(Host host) throws IOException {
        Matcher matcher = MAC.matcher(host.ip("link", "show", "dev", host.interfaceName()));
        if (!matcher.find()) {
            throw new IOException("no Ethernet address of " + host.interfaceName() + " in " + host.namespace());
        }
        return Long.parseLong(matcher.group(1).replace(":", ""), 16);
    }

    static long received(Host host) throws IOException {
        return device(host, RECEIVED_PACKETS);
    }

    static long sent(Host host) throws IOException {
        return device(host, SENT_PACKETS);
    }

    private static long device(Host host, int column) throws IOException {
        String prefix = host.interfaceName() + ":";
        for (String line : lines(host, "dev")) {
            if (line.strip().startsWith(prefix)) {
                return Long.parseLong(line.strip().substring(prefix.length()).strip().split("\\s+", -1)[column]);
            }
        }
        throw new IOException("no " + prefix + " in /proc/net/dev of " + host.namespace());
    }

    /** TCP segments that a host sent again. */
    static long retransmits(Host host) throws IOException {
        List<String> tcp = lines(host, "snmp").stream().filter(line -> line.startsWith("Tcp:")).toList();
        List<String> names = List.of(tcp.get(0).split(" ", -1));
        return Long.parseLong(tcp.get(1).split(" ", -1)[names.indexOf("RetransSegs")]);
    }

    /** A file below {@code /proc/net}, as the host's own threads see it. */
    private static List<String> lines(Host host, String file) throws IOException {
        return host.call(() -> Files.readAllLines(Path.of("/proc/thread-self/net", file)));
    }

    /** CPU seconds that a process has used. */
    static double cpuSeconds(long pid) throws IOException {
        String stat = Files.readString(Path.of("/proc/" + pid + "/stat"));
        String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1);
        return (Long.parseLong(fields[11]) + Long.parseLong(fields[12])) / TICKS_PER_SECOND;
    }
}
