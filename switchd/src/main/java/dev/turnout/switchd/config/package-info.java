/**
 * The daemon's settings and the YAML that they are read from. Every mistake is one line, {@code file:line: message}, that
 * names the key and what was expected; nothing is started on one.
 */
@NullMarked
package dev.turnout.switchd.config;

import org.jspecify.annotations.NullMarked;
