/**
 * The OpenFlow vocabulary: matches, actions and instructions, and the text syntax in which people write them.
 *
 * <p>It says what may be written and what it means, and knows nothing of how a switch carries it out: the pipeline that
 * does lives in {@code ofproto}. The command line uses this module too, so it depends on flows only.
 *
 * <p><b>The vocabulary</b> is neutral to versions of OpenFlow: a {@link dev.turnout.openflow.FlowMod} with a
 * {@link dev.turnout.flow.Match} and a list of {@link dev.turnout.openflow.OfAction}s, one record for each action of the
 * field. Every action that can be written has a record, whether Turnout can carry it out or not: the switch refuses with
 * the name of an {@link dev.turnout.openflow.OfError} what it cannot do, and a text never fails for that reason alone.
 *
 * <p><b>The syntax</b> is that of {@code ovs-ofctl}, held by recorded behaviour. Three tables drive it, and adding a word
 * is adding a row: the field registry of {@code flow} with a row more of names here ({@code FieldTable}), the words that
 * a flow may begin a part with ({@code FlowKeyword}), and the words that may begin an action ({@code ActionTexts}). A text
 * is read in one pass, where it stands; {@link dev.turnout.openflow.FlowParser} is on the way of every flow that enters
 * the switch. What is printed reads back equal.
 *
 * <p><b>Versions.</b> Which version of OpenFlow could say a thing decides, with {@code -O}, what may be written
 * ({@link dev.turnout.openflow.Protocols}), and how it is printed again: {@link dev.turnout.openflow.ProtocolForm} turns a
 * flow into what would be left of it after a way over the wire, since that is what the field's tools print.
 *
 * <p><b>Errors.</b> There is one: {@link dev.turnout.openflow.FlowSyntaxException}, with one line that names the token.
 * No text, however odd, gives anything else, and none takes more time than its length and nesting (limited) account for.
 */
@NullMarked
package dev.turnout.openflow;

import org.jspecify.annotations.NullMarked;
