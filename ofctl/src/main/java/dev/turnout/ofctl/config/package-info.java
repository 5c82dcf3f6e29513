/**
 * The family {@code vsctl}: bridges, ports and their settings, all commands of a command line in one transaction.
 */
@NullMarked
package dev.turnout.ofctl.config;

import org.jspecify.annotations.NullMarked;
