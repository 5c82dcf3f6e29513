/**
 * The rule classifier: finds the rule of highest priority that matches a key, and says which bits of the key decided it.
 *
 * <p><b>Purpose.</b> A linear search over the rules gives the right answer but has looked at every bit that any rule matches; a megaflow made of it
 * would fit one connection. Everything here exists to look at as few bits as possible, and at few rules.
 *
 * <p><b>Structure.</b> Rules with the same mask share a {@link dev.turnout.ofproto.classifier.Subtable}: a hash table of masked values. The
 * subtables are searched in descending order of their highest priority, and the search ends where no subtable can beat the best rule found, so
 * that the masks of lower subtables are never looked at. Within a subtable
 * <ul>
 * <li>the mask is cut into four stages (metadata, L2, L3, L4); where no rule has the packet's values in the stages so far, the later stages'
 * bits stay unlooked at;
 * <li>prefix tries of the whole table over the IP addresses and ports skip a subtable when none of its prefix lengths can match, and cost only the
 * bits that set the packet apart from the prefixes there are.
 * They are walked when a lookup first has to know why a subtable does not match: one whose rule matches counts with all its bits, whatever they say.
 * </ul>
 *
 * <p><b>Versions.</b> Every rule is visible to lookups of the versions from {@code addVersion} up to, but not including, {@code removeVersion}. A
 * writer inserts and marks rules under the next version, then moves the version: that one step makes a batch of any size visible as a whole.
 * Rules that are no longer visible are unlinked later ("purged").
 *
 * <p><b>Invariants.</b>
 * <ol>
 * <li>For any two keys that agree in the bits that a lookup looked at, the lookup gives the same rule.
 * <li>A structure that a reader can reach holds every rule that is visible in the reader's version, unless the rule was purged; the owner of the
 * versions tells readers which versions are too old ({@code RuleTables.isStale}).
 * </ol>
 *
 * <p><b>Thread rules.</b> One writer at a time (the bridge's lock); any number of readers, which take no lock. What readers follow (slots, links,
 * trie children, the list of subtables) is stored with release and loaded with acquire.
 */
@NullMarked
package dev.turnout.ofproto.classifier;

import org.jspecify.annotations.NullMarked;
