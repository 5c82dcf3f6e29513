package dev.turnout.switchd.network;

import java.util.SortedMap;
import java.util.TreeMap;

/**
 * A port as it is now.
 *
 * @param ofport
 *            OpenFlow port number, -1 while the port is not open
 * @param datapathPort
 *            number in the datapath, 0 where there is none
 * @param mac
 *            Ethernet address, empty if not known
 * @param adminUp
 *            whether it is set up
 * @param linkUp
 *            whether it has a carrier
 * @param mtu
 *            largest layer-3 packet, 0 if not known
 * @param speedBps
 *            bits per second, 0 if not known
 * @param receiveMode
 *            how packets are received, empty where none are
 * @param receiveThread
 *            forwarding thread that receives, -1 where there is none
 * @param error
 *            why the port is not at work, empty if it is
 * @param statistics
 *            its counters by OVSDB's names
 */
public record PortState(int ofport, int datapathPort, String mac, boolean adminUp, boolean linkUp, int mtu,
        long speedBps, String receiveMode, int receiveThread, String error, SortedMap<String, Long> statistics) {

    /** Of a port that is not open. */
    public static PortState closed(String error) {
        return new PortState(-1, 0, "", false, false, 0, 0, "", -1, error, new TreeMap<>());
    }
}
