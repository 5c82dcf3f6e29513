package dev.turnout.core;

/**
 * Something that a forwarding thread is to do with what it owns, between two cycles: opening and closing the sides of ports.
 *
 * @param task
 *            runs on the forwarding thread; must not throw
 * @param refused
 *            runs instead if the thread has ended
 */
record OwnerTask(Runnable task, Runnable refused) implements DatapathCommand {
}
