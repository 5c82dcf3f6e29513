/**
 * How fast the switch is, and what its parts cost: JMH benchmarks, whole-switch benchmarks with a readable table or
 * one JSON object per line, the comparison with Open vSwitch, and the demo.
 *
 * <p>A figure counts when it comes with its spread and with the command that repeats it.
 */
@NullMarked
package dev.turnout.bench;

import org.jspecify.annotations.NullMarked;
