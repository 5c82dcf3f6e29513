/**
 * {@code ./turnout demo}: two hosts, a switch between them, real traffic, and what each cache did with it.
 */
@NullMarked
package dev.turnout.bench.demo;

import org.jspecify.annotations.NullMarked;
