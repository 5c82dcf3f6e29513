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

    /** Labels that are left after labels were pushed or popped, so that all of them are known; -1 before. */
    private int movedLabels = UNMOVED;
    /** A label was popped, and what is below it is not known: the datapath must parse the packet anew before anything looks at it. */
    private boolean stale;

    /** What {@link #restore} goes back to. */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    record Saved(long[] words, long[] written, VlanStack vlans, int movedLabels, boolean stale) {
    }

    /** Begins with a packet's key, received on an OpenFlow port. */
    void begin(long[] key, int inPort, Wildcards fresh) {
        wildcards = fresh;
        System.arraycopy(key, 0, words, 0, FlowLayout.DATAPATH_WORDS);
        Arrays.fill(words, FlowLayout.DATAPATH_WORDS, words.length, 0);
        Fields.ACTSET_OUTPUT.set(words, ACTSET_UNSET);
        vlans.load(words);
        movedLabels = UNMOVED;
        stale = false;
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
        return new Saved(words.clone(), wildcards.saveWritten(), copy, movedLabels, stale);
    }

    void restore(Saved saved) {
        System.arraycopy(saved.words, 0, words, 0, words.length);
        wildcards.restoreWritten(saved.written);
        vlans.copyFrom(saved.vlans);
        movedLabels = saved.movedLabels;
        stale = saved.stale;
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

    /** Takes back what was kept of a packet that was recirculated. It is constant, as the recirculation id is looked at. */
    void thaw(FlowKey kept, FlowMask mask) {
        for (int word = 0; word < FlowLayout.WORDS; word++) {
            long bits = word < FlowLayout.DATAPATH_WORDS ? mask.word(word) : -1L;
            writeBits(word, kept.words()[word], bits);
        }
    }

    /** Sets the metadata that {@code former} has and the packet has not: it is written, unless nothing differs. */
    void setMetadata(long[] former) {
        if (Fields.PKT_MARK.get(former) != Fields.PKT_MARK.get(words)) {
            write(Fields.PKT_MARK, Fields.PKT_MARK.get(former));
        }
        for (Field field : CONNTRACK) {
            for (int i = 0; i < field.wordCount(); i++) {
                int word = field.word() + i;
                if (((former[word] ^ words[word]) & field.wordMask(i)) != 0) {
                    writeBits(word, former[word], field.wordMask(i));
                }
            }
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

    /** Of {@link #written}, what is not connection tracking's: that comes back with the packet. */
    FlowMask writtenButConntrack() {
        long[] mask = written().toWords();
        for (Field field : CONNTRACK) {
            field.clear(mask);
        }
        return FlowMask.of(mask);
    }

    /** Whether connection tracking knows the packet's connection. */
    boolean hasConnection() {
        wildcards.lookAt(Fields.CT_STATE.word(), CT_VALID << Fields.CT_STATE.shift());
        return (Fields.CT_STATE.get(words) & CT_VALID) != 0;
    }

    /** {@code ct_state} of a known connection has one of these: new, established, reply direction. */
    private static final long CT_VALID = 0x0b;

    /** Exchanges addresses, protocol and ports with those of the connection's first packet; what was looked at goes along. */
    void swapTuple() {
        swap(Fields.IP_PROTO, Fields.CT_NW_PROTO);
        if (Prerequisites.isIpv6(words)) {
            swap(Fields.IPV6_SRC, Fields.CT_IPV6_SRC);
            swap(Fields.IPV6_DST, Fields.CT_IPV6_DST);
        } else {
            swap(Fields.IPV4_SRC, Fields.CT_NW_SRC);
            swap(Fields.IPV4_DST, Fields.CT_NW_DST);
        }
        swap(Fields.TCP_SRC, Fields.CT_TP_SRC);
        swap(Fields.TCP_DST, Fields.CT_TP_DST);
    }

    private void swap(Field one, Field other) {
        FieldValue value = FieldValue.get(one, words);
        FieldValue.get(other, words).put(one, words);
        value.put(other, words);
        wildcards.swap(one, other);
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

    /** Writes some bits of a field: nothing where the packet does not have the field. */
    void writeOrSkip(Subfield destination, FieldValue value) {
        write(new SetField(destination.field(), value.and(FieldValue.ones(destination.bits()))
                .shiftLeft(destination.offset()), destination.mask(), false));
    }

    /** {@code move}: nothing where the packet lacks one of the fields. */
    void move(Subfield source, Subfield destination) {
        if (!hold(source.field()) || !hold(destination.field())) {
            return;
        }
        writeOrSkip(destination, read(source));
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

    // --- MPLS ----------------------------------------------------------------------------------------------------------------------------

    /** Labels that a key shows. */
    static final int MAX_LABELS = 3;
    private static final long HIGH = -1L << 32;
    private static final int UNMOVED = -1;
    private static final int BOTTOM_OF_STACK = 0x100;
    private static final int DEFAULT_TTL = 64;

    /** Whether labels were pushed or popped. */
    boolean haveLabelsMoved() {
        return movedLabels != UNMOVED;
    }

    /** Whether what is behind the Ethernet header must be parsed anew before anything looks at it. */
    boolean isStale() {
        return stale;
    }

    /** The n-th label stack entry of a key, the outermost first. */
    static int label(long[] key, int n) {
        return switch (n) {
            case 0 -> (int) (key[FlowLayout.MPLS01] >>> 32);
            case 1 -> (int) key[FlowLayout.MPLS01];
            default -> (int) (key[FlowLayout.MPLS2_PTYPE] >>> 32);
        };
    }

    /** How many label stack entries a key shows: up to the bottom of the stack, at most {@link #MAX_LABELS}. */
    static int labels(long[] key) {
        if (!Prerequisites.isMpls(key)) {
            return 0;
        }
        for (int n = 0; n < MAX_LABELS; n++) {
            if ((label(key, n) & BOTTOM_OF_STACK) != 0) {
                return n + 1;
            }
        }
        return MAX_LABELS;
    }

    /** How many labels the packet has, as far as a key can show them. */
    int labels() {
        return movedLabels == UNMOVED ? labels(words) : movedLabels;
    }

    /** Looks at all entries that the key shows. */
    void lookAtLabels() {
        wildcards.lookAt(FlowLayout.MPLS01, -1L);
        wildcards.lookAt(FlowLayout.MPLS2_PTYPE, HIGH);
    }

    private void putLabels(int count, int first, int second, int third) {
        writeBits(FlowLayout.MPLS01, (long) first << 32 | (second & 0xffff_ffffL), -1L);
        writeBits(FlowLayout.MPLS2_PTYPE, (long) third << 32, HIGH);
        movedLabels = count;
    }

    /**
     * Puts a label in front of all others: a copy of the outermost one, or of a packet that has none the explicit null label of what is inside, with
     * its DSCP and TTL. What is inside can no longer be seen.
     *
     * @return false if a key cannot show that many
     */
    boolean pushLabel(int ethType) {
        int count = labels();
        if (count > 0) {
            lookAtLabels();
        }
        if (count == MAX_LABELS) {
            return false;
        }
        int lse;
        if (count > 0) {
            lse = label(words, 0) & ~BOTTOM_OF_STACK;
        } else {
            lse = BOTTOM_OF_STACK | (Prerequisites.isIpv6(words) ? 2 << 12 : 0) | DEFAULT_TTL;
            if (Prerequisites.isIp(words)) {
                int ttl = (int) read(Fields.NW_TTL);
                int tc = (int) read(Fields.IP_DSCP) & 7;
                lse = (lse & ~0xff) | tc << 9 | (ttl == 0 ? DEFAULT_TTL : ttl);
            }
            hideInner();
        }
        putLabels(count + 1, lse, label(words, 0), label(words, 1));
        write(Fields.ETH_TYPE, ethType);
        return true;
    }

    /** Takes the outermost label off, if there is one; false if a key does not show what is below it. */
    boolean popLabel(int ethType) {
        int count = labels();
        if (count == 0) {
            return true;
        }
        lookAtLabels();
        if (count == MAX_LABELS && (label(words, count - 1) & BOTTOM_OF_STACK) == 0) {
            return false;
        }
        putLabels(count - 1, label(words, 1), count > 2 ? label(words, 2) : 0, 0);
        write(Fields.ETH_TYPE, ethType);
        stale = count == 1 || !Prerequisites.isMpls(words);
        return true;
    }

    /** What the packet has behind its Ethernet header and tags cannot be seen, whatever it is. */
    private void hideInner() {
        for (Field field : INNER) {
            field.clear(words);
            wroteAll(field);
        }
        clear(FlowLayout.IPV4, FlowLayout.TCP_CT);
        clear(FlowLayout.IPV6_SRC, FlowLayout.IPV6_VLAN1);
        clear(FlowLayout.ND_TARGET, FlowLayout.ND_CT_TP);
        clear(FlowLayout.NSH_BASE, FlowLayout.DATAPATH_WORDS);
    }

    /** Fields of inner headers that share their words with others. */
    private static final Field[] INNER = {Fields.TCP_FLAGS, Fields.IPV6_LABEL, Fields.ARP_SHA, Fields.ND_OPTIONS_TYPE,
        Fields.ARP_THA, Fields.ND_RESERVED};

    /** Whether the input port is none of a bridge's: the packet comes from a controller. */
    boolean isFromController() {
        return inPort() == OfPorts.CONTROLLER || inPort() == OfPorts.NONE;
    }
}
