/** Commands to the running daemon: those of {@code appctl} and {@code dpctl}. The daemon renders their text. */
@NullMarked
package dev.turnout.switchd.appctl;

import org.jspecify.annotations.NullMarked;
