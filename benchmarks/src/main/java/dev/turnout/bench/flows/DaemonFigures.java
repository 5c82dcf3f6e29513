package dev.turnout.bench.flows;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import dev.turnout.bench.lab.Lab;

/** CPU time and memory of another process, which runs Java. */
final class DaemonFigures {
    /** What the kernel counts CPU time in, for user space: 10 ms on every Linux that Java runs on. */
    private static final double TICKS_PER_SECOND = 100;
    private static final Pattern USED = Pattern.compile("total \\d+K, used (\\d+)K");

    private final long pid;

    DaemonFigures(long pid) {
        this.pid = pid;
    }

    /** User and system time, seconds. */
    double cpuSeconds() throws IOException {
        String stat = Files.readString(Path.of("/proc/" + pid + "/stat"));
        String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1);
        return (Long.parseLong(fields[11]) + Long.parseLong(fields[12])) / TICKS_PER_SECOND;
    }

    /** Resident memory, bytes: with all that the collector has not given back. */
    double residentBytes() throws IOException {
        for (String line : Files.readAllLines(Path.of("/proc/" + pid + "/status"))) {
            if (line.startsWith("VmRSS:")) {
                return Long.parseLong(line.replaceAll("\\D", "")) * 1024.0;
            }
        }
        throw new IOException("no VmRSS of process " + pid);
    }

    /** What is alive in the heap, bytes: after a collection of all of it. */
    double liveBytes() throws IOException {
        String jcmd = Path.of(System.getProperty("java.home"), "bin", "jcmd").toString();
        Lab.run(jcmd, Long.toString(pid), "GC.run");
        String heap = Lab.run(jcmd, Long.toString(pid), "GC.heap_info");
        Matcher matcher = USED.matcher(heap);
        double bytes = 0;
        boolean found = false;
        while (matcher.find()) {
            found = true;
            bytes += Long.parseLong(matcher.group(1)) * 1024.0;
        }
        if (!found) {
            throw new IOException("cannot read what jcmd says of the heap (another collector than ParallelGC, SerialGC "
                    + "or G1GC?): " + heap);
        }
        return bytes;
    }
}
