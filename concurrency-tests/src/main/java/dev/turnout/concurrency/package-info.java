/**
 * jcstress tests of what several threads share without locks, or under locks that must be taken in the right places. They live
 * in the packages of the classes that they test, below this module's test sources. Each outcome that can be seen is named and
 * explained; every other one is a failure. {@code ConcurrencyTest} runs them all and says how to run them for longer.
 *
 * <p>A test proves nothing by passing: it may never have been at the right moment. So its actors meet before they act
 * ({@code Meeting}), and each test was seen to fail in the ordinary test run with the code under test broken on purpose: a lock not
 * taken, a store before another, a generation not looked at.
 */
@NullMarked
package dev.turnout.concurrency;

import org.jspecify.annotations.NullMarked;
