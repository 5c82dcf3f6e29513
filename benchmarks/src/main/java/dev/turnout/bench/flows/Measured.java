package dev.turnout.bench.flows;

import java.io.PrintStream;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Samples by name, and how they are printed: a table for people, or a JSON object per name.
 *
 * <p>Thread rules: one owner.
 */
final class Measured {
    private record Series(String unit, List<Double> values, List<Double> cpuSeconds) {
    }

    private final String label;
    private final String test;
    private final Map<String, Series> all = new LinkedHashMap<>();

    /** Of one test of one switch. */
    Measured(String label, String test) {
        this.label = label;
        this.test = test;
    }

    /** Adds a sample; {@code cpuSeconds} is the CPU time that the daemon used meanwhile, or -1 where that says nothing. */
    void add(String name, String unit, double value, double cpuSeconds) {
        Series series = all.computeIfAbsent(name, key -> new Series(unit, new ArrayList<>(), new ArrayList<>()));
        series.values.add(value);
        if (cpuSeconds >= 0) {
            series.cpuSeconds.add(cpuSeconds);
        }
    }

    private static double median(List<Double> values) {
        double[] sorted = values.stream().mapToDouble(Double::doubleValue).sorted().toArray();
        int middle = sorted.length / 2;
        return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    }

    void print(PrintStream out, boolean json) {
        if (!json) {
            out.printf(Locale.ROOT, "# %s, %s%n%-16s %9s %9s %9s  %-12s %12s%n", test, label, "name", "median", "min",
                    "max", "unit", "switch CPU s");
        }
        all.forEach((name, series) -> {
            double min = series.values.stream().mapToDouble(Double::doubleValue).min().orElse(0);
            double max = series.values.stream().mapToDouble(Double::doubleValue).max().orElse(0);
            double middle = median(series.values);
            boolean hasCpu = !series.cpuSeconds.isEmpty();
            if (json) {
                String cpu = hasCpu
                        ? String.format(Locale.ROOT, ", \"switch_cpu_seconds\": %.2f", median(series.cpuSeconds))
                        : "";
                out.printf(Locale.ROOT, "{\"switch\": \"%s\", \"test\": \"%s\", \"name\": \"%s\", \"unit\": \"%s\", "
                        + "\"median\": %.4f, \"min\": %.4f, \"max\": %.4f%s}%n", label, test, name, series.unit,
                        middle, min, max, cpu);
            } else {
                String cpu = hasCpu ? String.format(Locale.ROOT, "%.2f", median(series.cpuSeconds)) : "-";
                out.printf(Locale.ROOT, "%-16s %9s %9s %9s  %-12s %12s%n", name, number(middle), number(min),
                        number(max), series.unit, cpu);
            }
        });
        out.flush();
    }

    private static String number(double value) {
        return String.format(Locale.ROOT, Math.abs(value) >= 1000 ? "%.0f" : Math.abs(value) >= 10 ? "%.1f" : "%.3f",
                value);
    }
}
