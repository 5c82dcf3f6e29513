/**
 * The OpenFlow vocabulary: matches, actions and instructions, and the text syntax in which people write them.
 *
 * <p>It says what may be written and what it means, and knows nothing of how a switch carries it out: the pipeline
 * that does lives in {@code ofproto}. The command line uses this module too, so it depends on flows only.
 */
@NullMarked
package dev.turnout.openflow;

import org.jspecify.annotations.NullMarked;
