/**
 * The switch as its users meet it: real namespaces, real traffic, real tools, the daemon and the command line as
 * processes. The test that holds the arrows between the modules lives here too, because this module sees them all.
 */
@NullMarked
package dev.turnout.it;

import org.jspecify.annotations.NullMarked;
