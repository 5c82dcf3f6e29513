package dev.turnout.ofproto;

import dev.turnout.openflow.OfError;
import org.jspecify.annotations.Nullable;

/**
 * What became of one flow-mod of a batch.
 *
 * @param status
 *            the outcome
 * @param error
 *            OpenFlow's error if {@link Status#FAILED}, else null
 * @param message
 *            one line that names the culprit, "" unless failed
 */
public record FlowModResult(Status status, @Nullable OfError error, String message) {
    /** Outcomes. */
    public enum Status {
        /** Done. */
        OK,
        /** Refused; nothing of it was done. */
        FAILED,
        /** Not done because another flow-mod of the atomic batch failed. */
        NOT_APPLIED
    }

    /** Done. */
    public static final FlowModResult OK = new FlowModResult(Status.OK, null, "");
    /** Undone or never tried, since another one of the atomic batch failed. */
    public static final FlowModResult NOT_APPLIED = new FlowModResult(Status.NOT_APPLIED, null, "");

    /** Refused. */
    public static FlowModResult failed(OfError error, String message) {
        return new FlowModResult(Status.FAILED, error, message);
    }

    public boolean isOk() {
        return status == Status.OK;
    }
}
