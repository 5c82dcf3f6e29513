/**
 * Ports that need no network: {@link dev.turnout.core.memory.MemoryPort} for tests, which inject frames and look at what was
 * sent; {@link dev.turnout.core.memory.PcapPort}, which replays and records pcap files, for benchmarks and for reproducing
 * faults; {@link dev.turnout.core.memory.FaultInjector}, which wraps another port and mistreats what it receives.
 */
@NullMarked
package dev.turnout.core.memory;

import org.jspecify.annotations.NullMarked;
