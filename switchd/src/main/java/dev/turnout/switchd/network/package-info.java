/**
 * What {@code vsctl} sets: bridges, ports and their options, as immutable values; the transaction that turns one
 * configuration into the next or refuses; and the file that keeps it over restarts.
 *
 * <p>Nothing here touches a device: a configuration says what should be, and the switch brings it about.
 */
@NullMarked
package dev.turnout.switchd.network;

import org.jspecify.annotations.NullMarked;
