/**
 * What a packet is to the switch: the field registry, flow keys and their extraction, masks and matches, megaflow
 * handles, datapath actions, flow ids and recirculation ids.
 *
 * <p>The <b>field registry</b> is the heart: one table of every match field (name, aliases, word, shift, width, how
 * it is written and printed, prerequisites, OXM/NXM number). The parser, the text syntax, masks, gRPC, the wire codec
 * and the printing all read it; adding a field is adding a row. A flow key is a fixed layout of 64-bit words, and
 * every cache works on those words.
 */
@NullMarked
package dev.turnout.flow;

import org.jspecify.annotations.NullMarked;
