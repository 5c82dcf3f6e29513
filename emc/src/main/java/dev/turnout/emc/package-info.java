/**
 * The first two caches on the way of a packet, both owned by one forwarding thread.
 *
 * <p>The exact-match cache maps a whole flow key to a megaflow: 8192 entries, two candidate places. Behind it the
 * signature cache holds many entries of a few bytes each, which point to a megaflow by hash; a hit there is verified
 * by a masked comparison, so it is always right. Stored references are (index, generation), and a hit compares the
 * generation.
 */
@NullMarked
package dev.turnout.emc;

import org.jspecify.annotations.NullMarked;
