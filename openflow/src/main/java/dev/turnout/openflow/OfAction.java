package dev.turnout.openflow;

import java.util.List;

import dev.turnout.flow.Field;
import dev.turnout.flow.Field.Prerequisite;
import org.jspecify.annotations.Nullable;

/**
 * An OpenFlow action or instruction, with Nicira's extensions: one record each. All are immutable and compared by value.
 *
 * <p>The vocabulary is neutral to versions. Where OpenFlow has several ways to say a thing, the record keeps what was
 * said ({@link SetIpv4Src} or {@link SetField} of {@code nw_src}), since texts must be printed as they came; a switch that
 * cares for the meaning only can bring most of them together with {@link #asSetField}.
 *
 * <p>Ports are 16-bit numbers as in {@link OfPorts}, reserved ones included: {@code normal} is an {@link Output} to
 * {@link OfPorts#NORMAL}, {@code drop} is an empty list of actions. A table is 0 to 254, or 255 for "this table".
 */
public sealed interface OfAction {

    /** To a port. {@code maxLength} is for {@link OfPorts#CONTROLLER}: how many bytes of the packet to send, else 0. */
    record Output(int port, int maxLength) implements OfAction {
        public Output(int port) {
            this(port, port == OfPorts.CONTROLLER ? 0xffff : 0);
        }
    }

    /** To the port whose number the bits hold. */
    record OutputReg(Subfield source, int maxLength) implements OfAction {
    }

    /** To a port, at most so many bytes of the packet. */
    record OutputTrunc(int port, int maxLength) implements OfAction {
    }

    /** Why a packet goes to the controller. */
    enum PacketInReason {
        NO_MATCH, ACTION, INVALID_TTL, ACTION_SET, GROUP, PACKET_OUT
    }

    /** To the controllers of an id, with what to tell them. {@code meter} is 0 for none. */
    record Controller(int maxLength, int controllerId, PacketInReason reason, Octets userdata, boolean pause, int meter)
            implements
                OfAction {
    }

    /** To a port, by a queue. */
    record Enqueue(int port, int queue) implements OfAction {
    }

    record Group(int group) implements OfAction {
    }

    /** Which fields a hash takes in. */
    enum HashFields {
        ETH_SRC, SYMMETRIC_L4, SYMMETRIC_L3L4, SYMMETRIC_L3L4_UDP, NW_SRC, NW_DST, SYMMETRIC_L3
    }

    /** How a bundle chooses among its members. */
    enum BundleAlgorithm {
        ACTIVE_BACKUP, HRW
    }

    /** To one of the members that are up, or its number into {@code destination}. */
    record Bundle(HashFields fields, int basis, BundleAlgorithm algorithm, @Nullable Subfield destination,
            List<Integer> members) implements OfAction {
        public Bundle {
            members = List.copyOf(members);
        }
    }

    /** Sets bits of a field. {@code mask} is as wide as the field. {@code load}: written as {@code load:…->…}. */
    record SetField(Field field, FieldValue value, FieldValue mask, boolean load) implements OfAction {
        public SetField(Field field, FieldValue value) {
            this(field, value, FieldValue.ones(field.bits()), false);
        }

        /** Writes the bits into the words of a key. */
        public void apply(long[] key) {
            if (field.isWide()) {
                FieldValue.get(field, key).andNot(mask).or(value.and(mask)).put(field, key);
            } else {
                field.set(key, (field.get(key) & ~mask.low()) | (value.low() & mask.low()));
            }
        }
    }

    /** Sets the VLAN id; pushes a tag where there is none if {@code pushIfNeeded} (OpenFlow 1.0's meaning). */
    record SetVlanVid(int vid, boolean pushIfNeeded) implements OfAction {
    }

    /** Sets the VLAN priority; pushes a tag where there is none if {@code pushIfNeeded}. */
    record SetVlanPcp(int pcp, boolean pushIfNeeded) implements OfAction {
    }

    /** Takes the outermost VLAN tag off, if there is one. {@code pop}: written {@code pop_vlan}, not {@code strip_vlan}. */
    record StripVlan(boolean pop) implements OfAction {
    }

    /** Pushes a VLAN tag; {@code ethType} is 0x8100 or 0x88a8. */
    record PushVlan(int ethType) implements OfAction {
    }

    record SetEthSrc(long mac) implements OfAction {
    }

    record SetEthDst(long mac) implements OfAction {
    }

    record SetIpv4Src(int address) implements OfAction {
    }

    record SetIpv4Dst(int address) implements OfAction {
    }

    /** {@code tos} holds the DSCP in its high six bits; ECN is left alone. */
    record SetIpDscp(int tos) implements OfAction {
    }

    record SetIpEcn(int ecn) implements OfAction {
    }

    record SetIpTtl(int ttl) implements OfAction {
    }

    /** Of TCP, UDP or SCTP. */
    record SetL4Src(int port) implements OfAction {
    }

    /** Of TCP, UDP or SCTP. */
    record SetL4Dst(int port) implements OfAction {
    }

    /** Copies bits from field to field; both subfields are equally wide. */
    record Move(Subfield source, Subfield destination) implements OfAction {
    }

    /** Pushes bits on the packet's stack. */
    record StackPush(Subfield source) implements OfAction {
    }

    /** Pops bits from the packet's stack. */
    record StackPop(Subfield destination) implements OfAction {
    }

    /**
     * Decrements IP's TTL; a packet whose TTL was 1 or 0 goes to the controllers of these ids and is dropped. No ids: to
     * those of id 0, and written without any.
     */
    record DecTtl(List<Integer> controllerIds) implements OfAction {
        public static final DecTtl DEFAULT = new DecTtl(List.of());

        public DecTtl {
            controllerIds = List.copyOf(controllerIds);
        }
    }

    record SetMplsLabel(int label) implements OfAction {
    }

    record SetMplsTc(int tc) implements OfAction {
    }

    record SetMplsTtl(int ttl) implements OfAction {
    }

    record DecMplsTtl() implements OfAction {
    }

    /** {@code ethType} is 0x8847 or 0x8848. */
    record PushMpls(int ethType) implements OfAction {
    }

    /** {@code ethType} is that of what is inside. */
    record PopMpls(int ethType) implements OfAction {
    }

    record DecNshTtl() implements OfAction {
    }

    /** Removes a tunnel option. */
    record DeleteField(Field field) implements OfAction {
    }

    /** A property of {@link Encap}: an NSH header's {@code md_type}, or a TLV of class, type and content. */
    sealed interface EncapProperty {
        record NshMdType(int mdType) implements EncapProperty {
        }

        record NshTlv(int tlvClass, int type, Octets content) implements EncapProperty {
        }
    }

    /** Pushes a header of a packet type: {@code namespace << 16 | type}. */
    record Encap(int packetType, List<EncapProperty> properties) implements OfAction {
        public Encap {
            properties = List.copyOf(properties);
        }
    }

    /** Pops the outermost header; {@code packetType} is of what is inside, or 0xfffe for what the header says. */
    record Decap(int packetType) implements OfAction {
    }

    /** Sets the tunnel id. {@code wide}: written {@code set_tunnel64}. */
    record SetTunnel(long id, boolean wide) implements OfAction {
    }

    record SetQueue(int queue) implements OfAction {
    }

    record PopQueue() implements OfAction {
    }

    /** Shortens the flow's timeouts when a TCP packet with FIN or RST passes; 0 leaves a timeout alone. */
    record FinTimeout(int idleTimeout, int hardTimeout) implements OfAction {
    }

    /**
     * Looks the packet up again, then goes on here. {@code inPort} is {@link OfPorts#IN_PORT} to keep the port; {@code
     * table} 255 is this table; {@code withCt} matches the connection's original direction instead.
     */
    record Resubmit(int inPort, int table, boolean withCt) implements OfAction {
    }

    /** Part {@code clause} (from 0) of {@code clauses} of the conjunctive match {@code id}. */
    record Conjunction(int id, int clause, int clauses) implements OfAction {
    }

    /** How {@link Multipath} chooses a link. */
    enum MultipathAlgorithm {
        MODULO_N, HASH_THRESHOLD, HRW, ITER_HASH
    }

    /** Hashes the packet to a link from 0 to {@code maxLink} and writes it to the destination. */
    record Multipath(HashFields fields, int basis, MultipathAlgorithm algorithm, int maxLink, int argument,
            Subfield destination) implements OfAction {
    }

    /** Does nothing; for people to leave notes in flows. */
    record Note(Octets data) implements OfAction {
    }

    /** Ends the processing of the packet. */
    record Exit() implements OfAction {
    }

    /** Whether a sample is taken as of an ingress or an egress packet. */
    enum SampleDirection {
        DEFAULT, INGRESS, EGRESS
    }

    /** A value that is written out, or the bits of a field that hold it. */
    record NumberOrField(int number, @Nullable Subfield source) {
        public static NumberOrField of(int number) {
            return new NumberOrField(number, null);
        }
    }

    /** Samples packets ({@code probability} in 65535) to a set of collectors. */
    record Sample(int probability, int collectorSetId, NumberOrField obsDomainId, NumberOrField obsPointId,
            int samplingPort,
            SampleDirection direction) implements OfAction {
    }

    /**
     * Sends the packet through connection tracking. {@code recircTable} 255: only tracks, goes on with an untracked packet.
     * {@code algPort}: 21 for {@code ftp}, 69 for {@code tftp}, else a number; 0 for none. {@code actions} are those of
     * {@code exec} (setting {@code ct_mark} and {@code ct_label}) and at most one {@link Nat} before them.
     */
    record Ct(boolean commit, boolean force, NumberOrField zone, int recircTable, int algPort, List<OfAction> actions)
            implements
                OfAction {
        /** {@code recircTable} of a {@code ct} that does not recirculate. */
        public static final int NO_RECIRC = 255;

        public Ct {
            actions = List.copyOf(actions);
        }
    }

    record CtClear() implements OfAction {
    }

    /** Which addresses {@link Nat} changes. */
    enum NatDirection {
        /** Only what the connection already has. */
        NONE, SRC, DST
    }

    /** An address, IPv4 or IPv6: an IPv4 one is in the low 32 bits. */
    record Address(boolean ipv6, FieldValue value) {
    }

    /**
     * Inside {@link Ct}: network address translation. Addresses are null where none is named; {@code minPort} 0: none
     * named; a single address or port has an equal maximum.
     */
    record Nat(NatDirection direction, @Nullable Address min, @Nullable Address max, int minPort, int maxPort,
            boolean persistent, boolean hash, boolean random) implements OfAction {
    }

    /** Runs the actions on a copy of the packet and its state. */
    record Clone(List<OfAction> actions) implements OfAction {
        public Clone {
            actions = List.copyOf(actions);
        }
    }

    /** Writes to the destination bit whether the packet is longer than so many bytes. */
    record CheckPktLarger(int length, Subfield destination) implements OfAction {
    }

    /** Where {@link LearnSpec} takes its value from. */
    sealed interface LearnSource {
        record Immediate(FieldValue value) implements LearnSource {
        }

        record FromField(Subfield field) implements LearnSource {
        }
    }

    /** One part of a learned flow. */
    sealed interface LearnSpec {
        /** The flow matches these bits with the source's value. */
        record MatchOn(Subfield field, LearnSource source) implements LearnSpec {
        }

        /** The flow's actions load the source's value into these bits. */
        record LoadTo(LearnSource source, Subfield destination) implements LearnSpec {
        }

        /** The flow's actions output to the port that the bits hold. */
        record OutputTo(Subfield source) implements LearnSpec {
        }
    }

    /** Adds or modifies a flow made from the packet. {@code limit} 0: none. {@code resultDst}: whether it was learned. */
    record Learn(int table, int idleTimeout, int hardTimeout, int finIdleTimeout, int finHardTimeout, int priority,
            long cookie, boolean sendFlowRem, boolean deleteLearned, int limit, @Nullable Subfield resultDst,
            List<LearnSpec> specs) implements OfAction {
        public Learn {
            specs = List.copyOf(specs);
        }
    }

    /** Debugging aid of the field: recirculates at once. */
    record DebugRecirc() implements OfAction {
    }

    /** Debugging aid of the field: makes the flow's packets take the slow path. */
    record DebugSlow() implements OfAction {
    }

    /** Instruction (an action since OpenFlow 1.5): meters the packet. */
    record Meter(int meter) implements OfAction {
    }

    /** Instruction: empties the action set. */
    record ClearActions() implements OfAction {
    }

    /** Instruction: puts actions in the action set. */
    record WriteActions(List<OfAction> actions) implements OfAction {
        public WriteActions {
            actions = List.copyOf(actions);
        }
    }

    /** Instruction: sets bits of the metadata. */
    record WriteMetadata(long metadata, long mask) implements OfAction {
    }

    /** Instruction: goes on in a later table. */
    record GotoTable(int table) implements OfAction {
    }

    /**
     * The same setting as a {@link SetField} of whole fields, or null for an action that is none. {@link SetVlanVid} and
     * {@link SetVlanPcp} are none, as they may push a tag; of layer-4 ports it depends on the match which field is meant.
     *
     * @param match
     *            what the flow matches on layer 4: {@code TCP}, {@code UDP} or {@code SCTP}, else {@code NONE}
     */
    static @Nullable SetField asSetField(OfAction action, Prerequisite match) {
        return SettingActions.asSetField(action, match);
    }
}
