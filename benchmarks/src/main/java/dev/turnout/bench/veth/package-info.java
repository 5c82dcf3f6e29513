/**
 * {@code bench veth}: two namespaces joined by a switch over veth pairs, real TCP, UDP and ping between them. Measures the daemon as a user starts
 * it, or the ports alone ({@link dev.turnout.bench.veth.TwoPortSwitch}), or the kernel's bridge for comparison, one after the other in one run:
 * absolute figures of different runs do not compare.
 */
@NullMarked
package dev.turnout.bench.veth;

import org.jspecify.annotations.NullMarked;
