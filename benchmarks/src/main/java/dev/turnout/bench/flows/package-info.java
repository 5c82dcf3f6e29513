/**
 * {@code bench flows}: how fast flows are programmed by the command line and over gRPC, and how much memory they take.
 */
@NullMarked
package dev.turnout.bench.flows;

import org.jspecify.annotations.NullMarked;
