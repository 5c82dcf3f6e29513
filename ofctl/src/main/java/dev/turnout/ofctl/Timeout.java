package dev.turnout.ofctl;

/**
 * Ends the process when a command takes too long, whatever it waits for.
 *
 * <p>Thread rules: the clock runs in a daemon thread, which ends with the process.
 */
final class Timeout {
    private static final int MS_PER_SECOND = 1000;

    private Timeout() {
    }

    static void start(int seconds, String family, Console console) {
        Thread.ofPlatform().daemon().name("timeout").start(() -> {
            try {
                Thread.sleep((long) seconds * MS_PER_SECOND);
            } catch (InterruptedException e) {
                return;
            }
            console.err().println(family + ": gave up after " + seconds + " s (--timeout)");
            Runtime.getRuntime().halt(1);
        });
    }
}
