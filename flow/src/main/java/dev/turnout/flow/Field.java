package dev.turnout.flow;

import java.util.List;
import java.util.stream.Stream;

/**
 * One match field: a row of the registry {@link Fields}. Parsing, printing, masks, gRPC and the wire codec work from these rows.
 *
 * <p>A field of up to 64 bits lies in one word at {@link #shift}; a wider one fills consecutive words, the high word first, the last one down
 * to bit 0.
 *
 * @param index
 *            position in the registry, dense from 0
 * @param name
 *            canonical name in matches, as {@code ovs-ofctl} prints it
 * @param alias
 *            second accepted name, or ""
 * @param bits
 *            width in the key, as stored
 * @param wireBytesBits
 *            width in a wire message, a whole number of bytes, in bits
 * @param nominalBits
 *            width in the text syntax's subfields ({@code field[0..11]}), at most {@code wireBytesBits}
 * @param word
 *            first word, see {@link FlowLayout}; -1 for a field whose storage is not there (then a match on it is refused)
 * @param shift
 *            bit position of the lowest bit in the word
 * @param format
 *            how values are written and printed
 * @param maskable
 *            whether bits may be matched apart
 * @param prerequisite
 *            what a match must contain for the field to be meaningful
 * @param writable
 *            whether {@code set_field} and {@code load} may write it
 * @param oxm
 *            OpenFlow 1.2+ number: {@code class << 32 | field}, or an experimenter's {@code 0xffff << 32 | field} with {@link #experimenter}, -1 if none
 * @param nxm
 *            Nicira number in the same form, -1 if none
 * @param experimenter
 *            experimenter id of class 0xffff numbers, else 0
 * @param nxmName
 *            long name of the Nicira number, such as {@code NXM_OF_ETH_SRC}, or ""
 * @param oxmName
 *            long name of the OpenFlow or experimenter number, such as {@code OXM_OF_ETH_SRC}, or ""
 * @param otherName
 *            long name of a further number, of the Open Networking Foundation's extensions, or ""
 * @param openFlow10
 *            how OpenFlow 1.0 can match the field
 * @param openFlow11
 *            how OpenFlow 1.1 can match the field
 */
public record Field(int index, String name, String alias, int bits, int wireBytesBits, int nominalBits, int word,
        int shift, Format format, boolean maskable,
        Prerequisite prerequisite, boolean writable, long oxm, long nxm, int experimenter, String nxmName,
        String oxmName, String otherName, Older openFlow10, Older openFlow11) {

    /** How a field's value is written in flow texts. */
    public enum Format {
        DECIMAL, HEXADECIMAL, ETHERNET, IPV4, IPV6, OPENFLOW_PORT, FRAGMENT, TCP_FLAGS, CT_STATE, TUNNEL_FLAGS, PACKET_TYPE
    }

    /** How a version of OpenFlow before 1.2 can match a field; from 1.2 on, whatever has a number can be matched. */
    public enum Older {
        NONE, EXACT, CIDR, BITWISE
    }

    /** What must be matched, too, for a field to be meaningful. */
    public enum Prerequisite {
        NONE, ETHERNET, VLAN_VID, ARP, IPV4, IPV6, IP_ANY, MPLS, TCP, UDP, SCTP, ICMPV4, ICMPV6, ND, ND_SOLICIT, ND_ADVERT, NSH, CT
    }

    /** The name that {@code move} and {@code load} print: that of the first number, else the short one. */
    public String longName() {
        return longNames().isEmpty() ? name : longNames().getFirst();
    }

    /** The names of all numbers, Nicira's first. */
    public List<String> longNames() {
        return Stream.of(nxmName, otherName, oxmName).filter(n -> !n.isEmpty()).toList();
    }

    /** The name that {@code set_field} prints. It differs from the one in matches for three fields. */
    public String setFieldName() {
        return switch (name) {
            case "nw_src", "nw_dst", "nw_frag" -> alias;
            default -> name;
        };
    }

    /** Whether there is storage for the field in flow keys. */
    public boolean isStored() { return word >= 0; }

    /** A row of its own for what lies at the same bits of another word: a field that the registry does not have. */
    Field inWord(int other) {
        return new Field(index, name, alias, bits, wireBytesBits, nominalBits, other, shift, format, maskable,
                prerequisite, writable, oxm, nxm,
                experimenter, nxmName, oxmName, otherName, openFlow10, openFlow11);
    }

    public boolean isWide() { return bits > 64; }

    /** Words that the field touches. */
    public int wordCount() {
        return (bits + 63) / 64;
    }

    /** The field's bits within {@code word() + i}. */
    public long wordMask(int i) {
        if (isWide()) {
            int top = bits - 64 * (wordCount() - 1);
            return i == 0 && top < 64 ? (1L << top) - 1 : -1L;
        }
        return (bits == 64 ? -1L : (1L << bits) - 1) << shift;
    }

    /** The value of a field of up to 64 bits. */
    public long get(long[] words) {
        return (words[word] >>> shift) & (bits == 64 ? -1L : (1L << bits) - 1);
    }

    /** Writes a field of up to 64 bits; higher bits of {@code value} are ignored. */
    public void set(long[] words, long value) {
        long mask = wordMask(0);
        words[word] = (words[word] & ~mask) | ((value << shift) & mask);
    }

    /** Whether any of the field's bits is set; in a mask: whether the field is looked at. */
    public boolean isAnySet(long[] words) {
        for (int i = 0; i < wordCount(); i++) {
            if ((words[word + i] & wordMask(i)) != 0) {
                return true;
            }
        }
        return false;
    }

    /** Whether all of the field's bits are set; in a mask: whether the match is exact. */
    public boolean isAllSet(long[] words) {
        for (int i = 0; i < wordCount(); i++) {
            if ((words[word + i] & wordMask(i)) != wordMask(i)) {
                return false;
            }
        }
        return true;
    }

    /** Sets all of the field's bits; in a mask: looks at the whole field. */
    public void setAll(long[] words) {
        for (int i = 0; i < wordCount(); i++) {
            words[word + i] |= wordMask(i);
        }
    }

    /** Clears all of the field's bits. */
    public void clear(long[] words) {
        for (int i = 0; i < wordCount(); i++) {
            words[word + i] &= ~wordMask(i);
        }
    }

    @Override
    public String toString() {
        return name;
    }
}
