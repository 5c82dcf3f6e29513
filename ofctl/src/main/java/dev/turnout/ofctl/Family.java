package dev.turnout.ofctl;

import java.util.List;

/**
 * A command family: the namesake of one of Open vSwitch's programs. Its lists of verbs and options are what the help, the
 * completion scripts and the parsing are made of, so that these cannot differ.
 */
public interface Family {
    /** {@code ofctl}, {@code vsctl}, {@code appctl} or {@code dpctl}. */
    String name();

    /** What the family is for, one line. */
    String summary();

    /** What it can do. */
    List<Verb> verbs();

    /** Its options, {@link CommonOptions} included. */
    List<Option> options();

    /** Options of single verbs, which stand before the verb: {@code vsctl}. */
    default List<Option> verbOptions() {
        return List.of();
    }

    /** Verbs of the namesake that are not there yet. */
    List<String> notSupported();

    /** What else the help says; empty or ending in a newline. */
    default String notes() {
        return "";
    }

    /**
     * Runs a command.
     *
     * @return the exit code
     * @throws RuntimeException
     *             one with a message for the user: see {@link Main}
     */
    int run(Console console, List<String> arguments);

    /**
     * The verb of a name.
     *
     * @throws CliException
     *             if there is none
     */
    default Verb verb(String name) {
        for (Verb verb : verbs()) {
            if (verb.name().equals(name)) {
                return verb;
            }
        }
        if (notSupported().contains(name)) {
            throw new CliException("'" + name + "': not supported; use --help for the commands that are");
        }
        throw new CliException("unknown command '" + name + "'; use --help for help");
    }
}
