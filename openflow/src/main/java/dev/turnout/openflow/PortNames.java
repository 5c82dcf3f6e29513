package dev.turnout.openflow;

import java.util.HashMap;
import java.util.Map;

import org.jspecify.annotations.Nullable;

/**
 * The names of a bridge's ports, so that a flow text may write {@code in_port="eth0"} and a listing may print it.
 *
 * <p>Thread rules: an implementation is used by one parser or printer at a time, unless it says more.
 */
public interface PortNames {
    /** No port has a name. */
    PortNames NONE = of(Map.of());

    /** The OpenFlow number of a port's name, or -1. */
    int numberOf(String name);

    /** The name of a port, or null if it has none. */
    @Nullable
    String nameOf(int number);

    /** These names to numbers; copied. */
    static PortNames of(Map<String, Integer> numbers) {
        Map<String, Integer> byName = Map.copyOf(numbers);
        Map<Integer, String> byNumber = new HashMap<>();
        byName.forEach((name, number) -> byNumber.put(number, name));
        return new PortNames() {
            @Override
            public int numberOf(String name) {
                return byName.getOrDefault(name, -1);
            }

            @Override
            public @Nullable String nameOf(int number) {
                return byNumber.get(number);
            }
        };
    }
}
