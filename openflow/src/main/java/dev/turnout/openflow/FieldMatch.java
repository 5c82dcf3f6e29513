package dev.turnout.openflow;

import dev.turnout.flow.Field;

/**
 * A match on one field that flow keys have no storage for (tunnel metadata), kept beside the {@link dev.turnout.flow.Match}
 * so that its text is understood and printed. A switch refuses a flow that has any.
 *
 * @param field
 *            the field
 * @param value
 *            its value; no bit outside the mask
 * @param mask
 *            the bits that matter
 */
public record FieldMatch(Field field, FieldValue value, FieldValue mask) {
}
