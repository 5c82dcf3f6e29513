package dev.turnout.dpcls;

/**
 * The lookup over some tables of one port, as a generated class: see {@link LookupCompiler}.
 *
 * <p>Thread rules: those of the tables that it was made for.
 */
abstract class CompiledLookup {
    /** Tables visited by lookups that hit; grows. */
    long visits;

    /**
     * Looks keys up, first match wins.
     *
     * @param words
     *            rows of keys
     * @param pending
     *            the rows' numbers; afterwards the first ones are those that missed
     * @param count
     *            how many
     * @param handles
     *            gets the handle of each row that hit, by number
     * @return how many missed
     */
    abstract int lookup(long[] words, int[] pending, int count, long[] handles);
}
