/**
 * The megaflow classifier: per ingress port one hash table per distinct mask, the tables ranked by their hits.
 *
 * <p>Megaflows have no priorities and never disagree where they overlap, so the first match wins. A classifier
 * belongs to one forwarding thread. Lookups start generic; for a port's hot masks they are specialised at run time.
 */
@NullMarked
package dev.turnout.dpcls;

import org.jspecify.annotations.NullMarked;
