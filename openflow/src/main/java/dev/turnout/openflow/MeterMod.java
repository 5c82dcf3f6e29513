package dev.turnout.openflow;

/**
 * A change of the meter table.
 *
 * @param command
 *            what to do
 * @param meter
 *            the meter; of a deletion only its id counts, perhaps {@link MeterConfig#ALL}
 */
public record MeterMod(Command command, MeterConfig meter) implements TableMod {
    /** OpenFlow's commands. */
    public enum Command {
        ADD, MODIFY, DELETE
    }
}
