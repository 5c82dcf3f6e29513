package dev.turnout.ofctl.config;

import java.util.Map;
import java.util.TreeMap;

import dev.turnout.flow.Json;
import dev.turnout.v1.Bridge;
import dev.turnout.v1.Config;
import dev.turnout.v1.Port;

/**
 * What {@code vsctl show} prints: the lines of {@code ovs-vsctl show}, and for each interface how packets are received and
 * why it is not at work, if so.
 */
final class ShowText {
    private static final String SYSTEM = "system";

    private ShowText() {
    }

    static String text(Config config) {
        StringBuilder out = new StringBuilder();
        out.append("Turnout ").append(config.getVersion()).append('\n');
        for (Bridge bridge : config.getBridgesList()) {
            line(out, 4, "Bridge " + SettingText.string(bridge.getName()));
            setting(out, 8, "fail_mode", bridge.getFailMode());
            setting(out, 8, "datapath_type", bridge.getDatapathType());
            for (Port port : bridge.getPortsList()) {
                port(out, port);
            }
        }
        return out.toString();
    }

    private static void port(StringBuilder out, Port port) {
        line(out, 8, "Port " + SettingText.string(port.getName()));
        if (port.hasTag()) {
            line(out, 12, "tag: " + port.getTag());
        }
        if (port.getTrunksCount() > 0) {
            line(out, 12, "trunks: " + port.getTrunksList());
        }
        setting(out, 12, "vlan_mode", port.getVlanMode());
        line(out, 12, "Interface " + SettingText.string(port.getName()));
        if (!port.getType().equals(SYSTEM)) {
            setting(out, 16, "type", port.getType());
        }
        if (port.getOptionsCount() > 0) {
            line(out, 16, "options: " + SettingText.map(port.getOptionsMap()));
        }
        setting(out, 16, "receive_mode", port.getReceiveMode());
        setting(out, 16, "error", port.getError());
    }

    private static void setting(StringBuilder out, int indent, String name, String value) {
        if (!value.isEmpty()) {
            line(out, indent, name + ": " + SettingText.string(value));
        }
    }

    private static void line(StringBuilder out, int indent, String text) {
        out.append(" ".repeat(indent)).append(text).append('\n');
    }

    static void json(Json out, Config config) {
        out.object().field("version", config.getVersion()).name("bridges").array();
        for (Bridge bridge : config.getBridgesList()) {
            out.object().field("name", bridge.getName()).field("datapath_id", bridge.getDatapathId())
                    .field("mac", bridge.getMac()).field("fail_mode", bridge.getFailMode())
                    .field("datapath_type", bridge.getDatapathType());
            map(out, "other_config", bridge.getOtherConfigMap());
            out.field("tables", bridge.getTables()).field("flows", bridge.getFlows()).name("ports").array();
            for (Port port : bridge.getPortsList()) {
                json(out, port);
            }
            out.endArray().endObject();
        }
        out.endArray().endObject();
    }

    private static void json(Json out, Port port) {
        out.object().field("name", port.getName()).field("type", port.getType()).field("ofport", port.getOfport())
                .field("ofport_request", Integer.toUnsignedLong(port.getOfportRequest()))
                .field("datapath_port", Integer.toUnsignedLong(port.getDatapathPort())).field("mac", port.getMac())
                .field("admin_up", port.getAdminUp()).field("link_up", port.getLinkUp())
                .field("mtu", Integer.toUnsignedLong(port.getMtu())).field("link_speed", port.getLinkSpeed());
        map(out, "options", port.getOptionsMap());
        map(out, "other_config", port.getOtherConfigMap());
        if (port.hasTag()) {
            out.field("tag", port.getTag());
        }
        out.name("trunks").array();
        for (int vlan : port.getTrunksList()) {
            out.value(vlan);
        }
        out.endArray().field("vlan_mode", port.getVlanMode()).field("receive_mode", port.getReceiveMode())
                .field("receive_thread", port.getReceiveThread()).field("error", port.getError()).endObject();
    }

    private static void map(Json out, String name, Map<String, String> map) {
        out.name(name).object();
        new TreeMap<>(map).forEach(out::field);
        out.endObject();
    }
}
