/**
 * The slow path's meaning: bridges, OpenFlow tables, MAC learning, and the translator that turns a packet's walk through the tables into datapath actions
 * and a mask.
 *
 * <p><b>Invariants.</b>
 * <ol>
 * <li>For every packet that a megaflow matches, the slow path would produce the same actions: a wildcard bit too few costs cache hits, a wildcard bit
 * too many misforwards. Whatever a decision depends on is marked in {@link dev.turnout.ofproto.classifier.Wildcards} before it is used.
 * <li>A batch of flow-mods is seen as a whole or not at all; an atomic one is applied as a whole or not at all.
 * <li>Every change that can change a translation is published before the change sequence grows.
 * <li>What an accepted flow says is done. What cannot be done is refused when the flow is added.
 * <li>Packets are attributed once: a modified flow shares its counters with the one it replaced, and a translation's references are closed once.
 * </ol>
 *
 * <p><b>The parts.</b> {@link dev.turnout.ofproto.Ofproto} holds bridges and ports, {@link dev.turnout.ofproto.Bridge} the tables; {@code FlowModBatch}
 * and {@code ActionChecker} let flows in; {@link dev.turnout.ofproto.Translator} lets packets through: {@code XlateContext} is the walk, {@code
 * ActionExecution} what each action does, {@code FlowState} the packet as the pipeline sees it, {@code Committer} what becomes of its changes, {@code
 * NormalForwarding} the learning switch. {@link dev.turnout.ofproto.XlateCache} credits packets later.
 *
 * <p><b>Threads.</b> Control methods may be called by any thread; translations take no lock and read immutable snapshots or structures of one writer.
 * Order of locks, outermost first: the switch's (bridges and ports), a bridge's (tables), its MAC table's. Packet-in states have a monitor of
 * their own, held for a few instructions, within which nothing else is taken.
 */
@NullMarked
package dev.turnout.ofproto;

import org.jspecify.annotations.NullMarked;
