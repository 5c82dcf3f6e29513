package dev.turnout.ofproto;

import java.util.Arrays;

import dev.turnout.flow.Field;
import dev.turnout.flow.Fields;
import dev.turnout.flow.FlowKey;
import dev.turnout.flow.FlowLayout;
import dev.turnout.flow.FlowMask;
import dev.turnout.ofproto.classifier.Wildcards;
import dev.turnout.openflow.FieldValue;
import dev.turnout.openflow.OfAction.SetField;
import dev.turnout.openflow.OfPorts;
import dev.turnout.openflow.Subfield;

/**
 * The packet as the pipeline sees it: its key with the changes so far, the pipeline's own state, and what was looked at. Every read that a
 * decision depends on marks the bits; every write marks them as the pipeline's own.
 *
 * <p>VLAN tags are the exception to bits: a change of any of them first looks at all tags that the key shows (of an untagged packet: at the
 * "present" bit), since taking tags off and putting them on moves bits between fields.
 *
 * <p>Thread rules: one owner.
 */
final class FlowState {
    final long[] words = new long[FlowLayout.WORDS];
    final VlanStack vlans = new VlanStack();
    Wildcards wildcards = new Wildcards();

    /** What {@link #restore} goes back to. */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    record Saved(long[] words, long[] written, VlanStack vlans) {
    }

    /** Begins with a packet's key, received on an OpenFlow port. */
    void begin(long[] key, int inPort, Wildcards fresh) {
        wildcards = fresh;
        System.arraycopy(key, 0, words, 0, FlowLayout.DATAPATH_WORDS);
        Arrays.fill(words, FlowLayout.DATAPATH_WORDS, words.length, 0);
        Fields.ACTSET_OUTPUT.set(words, ACTSET_UNSET);
        vlans.load(words);
        wildcards.lookAt(FlowLayout.RECIRC_PORT, -1L);
        wildcards.lookAt(Fields.ETH_TYPE);
        if (Prerequisites.isIp(words)) {
            wildcards.lookAt(Fields.IP_FRAG);
        }
        Fields.IN_PORT.set(words, inPort);
    }

    /** {@code actset_output} while the action set has no output. */
    static final int ACTSET_UNSET = 0xfff7;

    Saved save() {
        VlanStack copy = new VlanStack();
        copy.copyFrom(vlans);
        return new Saved(words.clone(), wildcards.saveWritten(), copy);
    }

    void restore(Saved saved) {
        System.arraycopy(saved.words, 0, words, 0, words.length);
        wildcards.restoreWritten(saved.written);
        vlans.copyFrom(saved.vlans);
    }

    /** Fields of connection tracking. */
    private static final Field[] CONNTRACK = {Fields.CT_STATE, Fields.CT_ZONE, Fields.CT_MARK, Fields.CT_LABEL,
        Fields.CT_NW_PROTO, Fields.CT_NW_SRC, Fields.CT_NW_DST, Fields.CT_IPV6_SRC, Fields.CT_IPV6_DST,
        Fields.CT_TP_SRC, Fields.CT_TP_DST};

    /** Bits of the datapath's words that no action brings into the datapath's packet. */
    private static final FlowMask UNCARRIED = uncarried();

    private static FlowMask uncarried() {
        long[] mask = new long[FlowLayout.WORDS];
        Arrays.fill(mask, FlowLayout.TUN_ID, FlowLayout.NSH_BASE, -1L);
        for (Field field : CONNTRACK) {
            field.setAll(mask);
        }
        return FlowMask.of(mask);
    }

    /** Of {@link #UNCARRIED}, what the pipeline wrote: a recirculation must keep it. */
    FlowMask written() {
        long[] mask = new long[FlowLayout.WORDS];
        for (int word = 0; word < FlowLayout.DATAPATH_WORDS; word++) {
            mask[word] = UNCARRIED.word(word) & wildcards.written(word);
        }
        return FlowMask.of(mask);
    }

    /** The pipeline's own words, and the bits of {@code mask}: what a recirculation must keep. */
    FlowKey keep(FlowMask mask) {
        FlowKey kept = new FlowKey(mask.apply(words));
        System.arraycopy(words, FlowLayout.DATAPATH_WORDS, kept.words(), FlowLayout.DATAPATH_WORDS,
                FlowLayout.WORDS - FlowLayout.DATAPATH_WORDS);
        return kept;
    }

    /** Begins with the key of a packet that was recirculated. What was kept is constant, as the recirculation id is looked at. */
    void resume(long[] key, int inPort, FlowKey kept, FlowMask mask, Wildcards fresh) {
        begin(key, inPort, fresh);
        for (int word = 0; word < FlowLayout.WORDS; word++) {
            long bits = word < FlowLayout.DATAPATH_WORDS ? mask.word(word) : -1L;
            writeBits(word, kept.words()[word], bits);
        }
    }

    /** Forgets what belongs to a bridge: for a packet that enters another one by a patch port. */
    void enterBridge(int inPort) {
        Fields.IN_PORT.set(words, inPort);
        clear(FlowLayout.METADATA, FlowLayout.WORDS);
        Fields.ACTSET_OUTPUT.set(words, ACTSET_UNSET);
        clear(FlowLayout.TUN_ID, FlowLayout.NSH_BASE);
        clearConntrack();
    }

    /** Forgets what connection tracking said. */
    void clearConntrack() {
        for (Field field : CONNTRACK) {
            field.clear(words);
            wroteAll(field);
        }
    }

    private void clear(int fromWord, int toWord) {
        for (int word = fromWord; word < toWord; word++) {
            words[word] = 0;
            wildcards.wrote(word, -1L);
        }
    }

    int inPort() {
        return (int) Fields.IN_PORT.get(words);
    }

    /** Takes another input port for a lookup; returns the former. */
    int swapInPort(int port) {
        int former = inPort();
        Fields.IN_PORT.set(words, port);
        return former;
    }

    boolean hold(Field field) {
        return Prerequisites.hold(field.prerequisite(), words, wildcards);
    }

    // --- reading -------------------------------------------------------------------------------------------------------------------------

    /** Reads a field of up to 64 bits. */
    long read(Field field) {
        wildcards.lookAt(field);
        return field.get(words);
    }

    /** Reads some bits of a field; of {@code nw_tos} the ECN bits are not looked at and read as zeros. */
    FieldValue read(Subfield subfield) {
        lookAt(subfield);
        FieldValue value = subfield.get(words);
        return isTos(subfield.field()) ? value.and(FieldValue.of(DSCP_IN_TOS >>> subfield.offset())) : value;
    }

    private static boolean isTos(Field field) {
        return field.index() == Fields.NW_TOS.index();
    }

    private void lookAt(Subfield subfield) {
        Field field = subfield.field();
        if (!field.isWide()) {
            long ones = subfield.bits() >= 64 ? -1L : (1L << subfield.bits()) - 1;
            long bits = ones << subfield.offset() & (isTos(field) ? DSCP_IN_TOS : -1L);
            wildcards.lookAt(field.word(), bits << field.shift());
            return;
        }
        FieldValue mask = subfield.mask();
        for (int i = 0; i < field.wordCount(); i++) {
            wildcards.lookAt(field.word() + i, mask.word(field.wordCount() - 1 - i));
        }
    }

    // --- writing -------------------------------------------------------------------------------------------------------------------------

    /** {@code set_field} and {@code load}: nothing where the packet does not have the field. */
    void write(SetField set) {
        Field field = set.field();
        if (!hold(field)) {
            return;
        }
        FieldValue mask = writtenBits(set);
        if (isVlan(field)) {
            beginVlanChange();
            writeWords(field, set.value(), mask);
            endVlanWrite(field);
        } else {
            writeWords(field, set.value(), mask);
        }
    }

    /** Of {@code nw_tos} the ECN bits stay. The bit of {@code vlan_vid} that says that there is a tag stays, too: no tag comes or goes by writing its id. */
    private static FieldValue writtenBits(SetField set) {
        if (isTos(set.field())) {
            return set.mask().and(FieldValue.of(DSCP_IN_TOS));
        }
        return set.field().index() == Fields.VLAN_VID.index() ? set.mask().and(FieldValue.of(VLAN_ID)) : set.mask();
    }

    private static final int DSCP_IN_TOS = 0xfc;
    private static final int VLAN_ID = 0xfff;

    /** {@code move}: nothing where the packet lacks one of the fields. */
    void move(Subfield source, Subfield destination) {
        if (!hold(source.field()) || !hold(destination.field())) {
            return;
        }
        FieldValue value = read(source).shiftLeft(destination.offset());
        write(new SetField(destination.field(), value, destination.mask(), false));
    }

    /** Writes a whole field of up to 64 bits that the packet has, other than a VLAN field. */
    void write(Field field, long value) {
        field.set(words, value);
        wroteAll(field);
    }

    private void wroteAll(Field field) {
        for (int i = 0; i < field.wordCount(); i++) {
            wildcards.wrote(field.word() + i, field.wordMask(i));
        }
    }

    private void writeWords(Field field, FieldValue value, FieldValue mask) {
        int count = field.wordCount();
        if (count == 1) {
            writeBits(field.word(), value.low() << field.shift(), mask.low() << field.shift() & field.wordMask(0));
            return;
        }
        for (int i = 0; i < count; i++) {
            writeBits(field.word() + i, value.word(count - 1 - i), mask.word(count - 1 - i) & field.wordMask(i));
        }
    }

    /** Writes bits of a word that no header is behind. */
    void writeMasked(int word, long value, long mask) {
        writeBits(word, value, mask);
    }

    private void writeBits(int word, long value, long mask) {
        words[word] = (words[word] & ~mask) | (value & mask);
        wildcards.wrote(word, mask);
    }

    // --- VLANs ---------------------------------------------------------------------------------------------------------------------------

    private static boolean isVlan(Field field) {
        return field.index() == Fields.VLAN_TCI.index() || field.index() == Fields.DL_VLAN.index()
                || field.index() == Fields.VLAN_VID.index()
                || field.index() == Fields.DL_VLAN_PCP.index()
                || field.index() == Fields.VLAN_PCP.index();
    }

    void pushVlan(int tag) {
        beginVlanChange();
        vlans.push(tag);
        endVlanChange();
    }

    /** Takes the outermost tag off, if there is one. */
    void popVlan() {
        wildcards.lookAt(FlowLayout.ETH_SRC_VLAN, FlowLayout.VLAN_PRESENT);
        if (Prerequisites.hasVlan(words)) {
            beginVlanChange();
            vlans.pop();
            endVlanChange();
        }
    }

    /** Sets the VLAN id, or the priority: of the outermost tag, or of a new one if {@code push}. */
    void setVlan(int mask, int bits, boolean push) {
        wildcards.lookAt(FlowLayout.ETH_SRC_VLAN, FlowLayout.VLAN_PRESENT);
        if (Prerequisites.hasVlan(words) || push) {
            beginVlanChange();
            int tci = ((int) Fields.VLAN_TCI.get(words) & ~mask) | bits | FlowLayout.VLAN_PRESENT;
            replaceOutermost(tci);
            endVlanChange();
        }
    }

    /** Replaces the outermost tag, or its absence, by a tag, or by none if {@code tci} is 0. For NORMAL, which looked at what it decides by. */
    void putVlan(int tci) {
        beginVlanChange();
        replaceOutermost(tci);
        endVlanChange();
    }

    private void replaceOutermost(int tci) {
        int tpid = 0x8100;
        if (vlans.depth() > 0) {
            tpid = vlans.outermost() >>> 16;
            vlans.pop();
        }
        if (tci != 0) {
            vlans.push(tpid << 16 | tci);
        }
    }

    private void beginVlanChange() {
        lookAtVlans();
    }

    /** Looks at all tags; of an untagged packet, that it is. */
    void lookAtVlans() {
        wildcards.lookAt(FlowLayout.ETH_SRC_VLAN, FlowLayout.VLAN_PRESENT);
        if (!Prerequisites.hasVlan(words)) {
            return;
        }
        wildcards.lookAt(FlowLayout.ETH_SRC_VLAN, 0xffff);
        wildcards.lookAt(FlowLayout.TCP_CT, 0xffff);
        wildcards.lookAt(FlowLayout.IPV6_VLAN1, 0xffff_ffffL);
    }

    private void endVlanChange() {
        vlans.store(words);
        wildcards.wrote(FlowLayout.ETH_SRC_VLAN, 0xffff);
        wildcards.wrote(FlowLayout.TCP_CT, 0xffff);
        wildcards.wrote(FlowLayout.IPV6_VLAN1, 0xffff_ffffL);
    }

    /** The outermost TCI was written as a field: makes tags of it. */
    private void endVlanWrite(Field field) {
        int tci = (int) Fields.VLAN_TCI.get(words);
        if (field.index() != Fields.VLAN_TCI.index() && field.index() != Fields.VLAN_VID.index()) {
            tci |= FlowLayout.VLAN_PRESENT;
        }
        replaceOutermost((tci & FlowLayout.VLAN_PRESENT) != 0 ? tci : 0);
        endVlanChange();
    }

    /** Whether the input port is none of a bridge's: the packet comes from a controller. */
    boolean isFromController() {
        return inPort() == OfPorts.CONTROLLER || inPort() == OfPorts.NONE;
    }
}
