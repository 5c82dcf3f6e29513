/**
 * The slow path's idea of the switch: bridges, OpenFlow tables, the classifier that tracks wildcards, groups, meters,
 * MAC learning, and the translator that turns a packet's walk through the tables into datapath actions and a mask.
 *
 * <p>Everything rests on one rule: for every packet that a megaflow matches, the slow path would produce the same
 * actions. A wildcard bit too few costs cache hits; a wildcard bit too many misforwards. Tables are read without
 * locks.
 */
@NullMarked
package dev.turnout.ofproto;

import org.jspecify.annotations.NullMarked;
