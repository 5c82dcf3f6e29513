/** The families whose text the daemon renders: {@code appctl} and {@code dpctl}. */
@NullMarked
package dev.turnout.ofctl.passthrough;

import org.jspecify.annotations.NullMarked;
