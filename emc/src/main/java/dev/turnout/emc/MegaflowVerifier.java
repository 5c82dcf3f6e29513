package dev.turnout.emc;

/** Compares a packet's key with a megaflow. Implemented by whoever owns the classifier. */
@FunctionalInterface
public interface MegaflowVerifier {
    /**
     * Whether there is a megaflow in slot {@code index} and it matches the key.
     *
     * @param index
     *            a slot's number; any int that was once put into the cache
     * @param words
     *            holds the key at {@code offset}
     * @param offset
     *            first word of the key
     */
    boolean matches(int index, long[] words, int offset);
}
