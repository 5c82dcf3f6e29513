package dev.turnout.switchd.network;

import java.util.Collections;
import java.util.Map;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

import org.jspecify.annotations.Nullable;

/**
 * A port as it is configured: OVSDB's records Port and Interface in one, since a port has one interface.
 *
 * @param name
 *            its name and its interface's
 * @param type
 *            interface type as it was set; empty means {@code system}
 * @param ofportRequest
 *            OpenFlow port number asked for, 0 for any
 * @param options
 *            options of the interface type
 * @param otherConfig
 *            further settings
 * @param tag
 *            VLAN of an access or native port, or null
 * @param trunks
 *            VLANs of a trunk; empty for all
 * @param vlanMode
 *            one of access, trunk, native-tagged, native-untagged, or empty: by tag and trunks
 */
public record PortSettings(String name, String type, int ofportRequest, SortedMap<String, String> options,
        SortedMap<String, String> otherConfig, @Nullable Integer tag, SortedSet<Integer> trunks, String vlanMode) {

    public PortSettings {
        options = Collections.unmodifiableSortedMap(new TreeMap<>(options));
        otherConfig = Collections.unmodifiableSortedMap(new TreeMap<>(otherConfig));
        trunks = Collections.unmodifiableSortedSet(new TreeSet<>(trunks));
    }

    /** A port of that type, all else as by default. */
    public static PortSettings of(String name, String type) {
        return new PortSettings(name, type, 0, new TreeMap<>(), new TreeMap<>(), null, new TreeSet<>(), "");
    }

    /** The interface type, with the default filled in. */
    public String effectiveType() {
        return type.isEmpty() ? "system" : type;
    }

    public PortSettings withType(String value) {
        return new PortSettings(name, value, ofportRequest, options, otherConfig, tag, trunks, vlanMode);
    }

    public PortSettings withOfportRequest(int value) {
        return new PortSettings(name, type, value, options, otherConfig, tag, trunks, vlanMode);
    }

    public PortSettings withOptions(Map<String, String> value) {
        return new PortSettings(name, type, ofportRequest, new TreeMap<>(value), otherConfig, tag, trunks, vlanMode);
    }

    public PortSettings withOtherConfig(Map<String, String> value) {
        return new PortSettings(name, type, ofportRequest, options, new TreeMap<>(value), tag, trunks, vlanMode);
    }

    public PortSettings withTag(@Nullable Integer value) {
        return new PortSettings(name, type, ofportRequest, options, otherConfig, value, trunks, vlanMode);
    }

    public PortSettings withTrunks(SortedSet<Integer> value) {
        return new PortSettings(name, type, ofportRequest, options, otherConfig, tag, value, vlanMode);
    }

    public PortSettings withVlanMode(String value) {
        return new PortSettings(name, type, ofportRequest, options, otherConfig, tag, trunks, value);
    }
}
