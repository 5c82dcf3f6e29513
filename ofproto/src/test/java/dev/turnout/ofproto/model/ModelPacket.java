package dev.turnout.ofproto.model;

import dev.turnout.flow.Fields;
import dev.turnout.flow.FlowExtractor;
import dev.turnout.flow.FlowKey;
import dev.turnout.flow.FlowLayout;
import dev.turnout.packet.Packet;
import dev.turnout.packet.PacketPool;

/** A frame and its metadata, as it comes in by a datapath port. */
@SuppressWarnings("ArrayRecordComponent") // made for one test step, never compared
public record ModelPacket(byte[] frame, FlowKey metadata) {

    /** The key that the switch extracts. */
    public FlowKey key(PacketPool pool) {
        long packet = pool.allocate();
        try {
            Packet.reset(packet);
            Packet.fromBytes(packet, frame);
            applyMetadata(packet);
            return FlowExtractor.extractKey(packet);
        } finally {
            pool.release(packet);
        }
    }

    /** Sets the metadata on a packet. */
    public void applyMetadata(long packet) {
        Packet.setInPort(packet, (int) metadata.get(Fields.IN_PORT));
        Packet.setRecircId(packet, (int) metadata.get(Fields.RECIRC_ID));
        Packet.setDpHash(packet, (int) metadata.get(Fields.DP_HASH));
        Packet.setPktMark(packet, (int) metadata.get(Fields.PKT_MARK));
        Packet.setSkbPriority(packet, (int) metadata.get(Fields.SKB_PRIORITY));
        long[] w = metadata.words();
        Packet.setCt(packet, (int) metadata.get(Fields.CT_STATE), (int) metadata.get(Fields.CT_ZONE),
                (int) metadata.get(Fields.CT_MARK),
                w[FlowLayout.CT_LABEL], w[FlowLayout.CT_LABEL + 1]);
        int protocol = (int) metadata.get(Fields.CT_NW_PROTO);
        if (protocol != 0 && w[FlowLayout.CT_IPV4] != 0) {
            Packet.setCtTupleIpv4(packet, protocol, (int) metadata.get(Fields.CT_NW_SRC),
                    (int) metadata.get(Fields.CT_NW_DST), (int) metadata.get(Fields.CT_TP_SRC),
                    (int) metadata.get(Fields.CT_TP_DST));
        }
    }

    /** A packet whose key is this one, as far as there can be one: headers are valid, checksums right. */
    public static ModelPacket of(FlowKey key) {
        return new ModelPacket(Composer.compose(key), key.copy());
    }
}
