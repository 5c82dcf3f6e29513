package dev.turnout.revalidator;

import java.util.concurrent.atomic.LongAdder;

/** What rounds count, over all of them. Thread rules: any thread. */
final class RoundCounters {
    final LongAdder translated = new LongAdder();
    final LongAdder kept = new LongAdder();
    final LongAdder modified = new LongAdder();
    final LongAdder deleted = new LongAdder();
    final LongAdder orphans = new LongAdder();
    final LongAdder busy = new LongAdder();
}
