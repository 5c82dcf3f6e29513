package dev.turnout.upcall;

/** A translation that drops, and counts. */
final class CountingTranslation extends FailedTranslation {
    long packets;
    int closes;
    /** Whether crediting fails, after it has counted. */
    boolean failsCredit;

    @Override
    public boolean isCacheable() {
        return true;
    }

    @Override
    public void credit(long count, long bytes, long usedNs, int tcpFlags) {
        packets += count;
        if (failsCredit) {
            throw new IllegalStateException("a credit that fails on purpose");
        }
    }

    @Override
    public void close() {
        closes++;
    }
}
