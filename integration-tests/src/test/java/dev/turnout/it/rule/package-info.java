/** The megaflow rule, held against the whole switch: every cache level, recycling and revalidation included. */
@NullMarked
package dev.turnout.it.rule;

import org.jspecify.annotations.NullMarked;
