/**
 * {@code bench jmh}: JMH benchmarks of single classes, a class of benchmarks per class measured. JMH finds them by their annotations: a new one
 * only has to be here.
 *
 * <p>What the fast path does in batches is measured in batches: a benchmark method handles one batch of
 * {@link dev.turnout.packet.PacketBatch#CAPACITY} packets and says so by {@code @OperationsPerInvocation}, so that scores are nanoseconds per packet.
 * Methods go round over many batches, whose keys {@link dev.turnout.bench.micro.KeyBatches} has, lest the processor learns a single one.
 */
@NullMarked
package dev.turnout.bench.micro;

import org.jspecify.annotations.NullMarked;
