package dev.turnout.ofproto;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

import org.jspecify.annotations.Nullable;

/** A bridge's ports at one moment, by OpenFlow number: immutable, replaced as a whole. */
final class PortList {
    static final PortList EMPTY = new PortList(List.of());

    private final PortInfo[] ports;
    private final List<PortInfo> list;

    PortList(List<PortInfo> unordered) {
        List<PortInfo> sorted = new ArrayList<>(unordered);
        sorted.sort(Comparator.comparingInt(PortInfo::ofPort));
        list = List.copyOf(sorted);
        ports = list.toArray(new PortInfo[0]);
    }

    List<PortInfo> list() {
        return list;
    }

    int size() {
        return ports.length;
    }

    PortInfo at(int index) {
        return ports[index];
    }

    /** Whether a port leads to another bridge. */
    boolean hasPatch() {
        for (PortInfo port : ports) {
            if (port.isPatch()) {
                return true;
            }
        }
        return false;
    }

    @Nullable
    PortInfo byNumber(int ofPort) {
        int low = 0;
        int high = ports.length - 1;
        while (low <= high) {
            int middle = (low + high) >>> 1;
            int number = ports[middle].ofPort();
            if (number == ofPort) {
                return ports[middle];
            }
            if (number < ofPort) {
                low = middle + 1;
            } else {
                high = middle - 1;
            }
        }
        return null;
    }

    @Nullable
    PortInfo byName(String name) {
        for (PortInfo port : ports) {
            if (port.name().equals(name)) {
                return port;
            }
        }
        return null;
    }

    PortList with(PortInfo port) {
        PortList others = without(port.name());
        List<PortInfo> all = new ArrayList<>(others.list);
        all.add(port);
        return new PortList(all);
    }

    PortList without(String name) {
        return new PortList(list.stream().filter(port -> !port.name().equals(name)).toList());
    }
}
