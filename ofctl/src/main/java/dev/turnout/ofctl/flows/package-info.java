/** The family {@code ofctl}: OpenFlow tables, ports and packets of a bridge. */
@NullMarked
package dev.turnout.ofctl.flows;

import org.jspecify.annotations.NullMarked;
