package dev.turnout.core;

/** What a forwarding thread counts beside ports and drops. A <em>pass</em> is one way of a packet through the caches. */
public enum ThreadCounter {
    /** Packets received from ports. */
    RECEIVED,
    /** Passes that the exact-match cache decided. */
    EMC_HITS,
    /** Passes that the signature cache decided. */
    SMC_HITS,
    /** Passes that the megaflow classifier decided. */
    MEGAFLOW_HITS,
    /** Tables of the megaflow classifier that were visited by passes it decided. */
    SUBTABLE_LOOKUPS,
    /** Passes that matched no megaflow. */
    MISSES,
    /** Misses that the slow path did not take. */
    LOST_UPCALLS,
    /** Passes after the first. */
    RECIRCULATIONS,
    /** Packets whose headers were truncated or lied; they are classified by what is valid. */
    MALFORMED,
    /** Packets handed to a transmitter. */
    OUTPUTS,
    /** Commands executed. */
    COMMANDS,
    /** Megaflows installed now (goes down, too). */
    MEGAFLOWS,
    /** Cycles that found something to do. */
    BUSY_CYCLES,
    /** Cycles that found nothing to do. */
    IDLE_CYCLES,
    /** Times the thread went to sleep. */
    PARKS,
    /** Classes generated for the lookup of ports with many masks. */
    GENERATED_LOOKUPS
}
