/**
 * Packets as bytes: buffers and the pool they come from, batches, header views and checksums.
 *
 * <p>A header view is a flyweight over bytes with named offsets; its length is checked once, and its accessors may
 * then be plain. A buffer belongs to one forwarding thread at a time, and goes back to the pool it came from. Nothing
 * here knows what a flow is: this is the ground that every other module stands on.
 */
@NullMarked
package dev.turnout.packet;

import org.jspecify.annotations.NullMarked;
