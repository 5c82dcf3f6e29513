/** What the switch has counted: for the API, for {@code /metrics}, and for the last words of the daemon. */
@NullMarked
package dev.turnout.switchd.metrics;

import org.jspecify.annotations.NullMarked;
