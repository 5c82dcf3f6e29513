package dev.turnout.revalidator;

/**
 * The revalidator's figures at one moment.
 *
 * @param rounds
 *            rounds completed
 * @param flows
 *            megaflows that the last dump saw
 * @param averageFlows
 *            a moving average of that
 * @param maxFlows
 *            the most so far
 * @param roundNs
 *            duration of the last round's dump and sweep
 * @param translated
 *            ukeys translated again so far
 * @param kept
 *            of these, how many kept their actions
 * @param modified
 *            how many got other actions
 * @param deleted
 *            megaflows deleted by rounds so far, for whatever reason
 * @param orphans
 *            megaflows found without a ukey
 * @param busy
 *            times a ukey's lock was taken when a dump or a sweep came by
 * @param threads
 *            revalidator threads
 * @param isPaused
 *            whether rounds are paused
 */
public record RevalidatorStats(long rounds, int flows, int averageFlows, int maxFlows, long roundNs, long translated,
        long kept, long modified, long deleted, long orphans, long busy, int threads, boolean isPaused) {
}
