package dev.turnout.ofctl;

/**
 * An option of a command family, as {@code --help} shows it and {@link OptionParser} takes it.
 *
 * @param name
 *            long name, without dashes
 * @param shortName
 *            short name, or 0 for none
 * @param argument
 *            whether it takes an argument
 * @param metavar
 *            what stands for the argument in the help
 * @param help
 *            what it does, one line
 */
public record Option(String name, char shortName, Argument argument, String metavar, String help) {
    /** Whether an option takes an argument. */
    public enum Argument {
        NONE, REQUIRED, OPTIONAL
    }

    /** An option without an argument. */
    public static Option flag(String name, char shortName, String help) {
        return new Option(name, shortName, Argument.NONE, "", help);
    }

    /** An option that needs an argument. */
    public static Option value(String name, char shortName, String metavar, String help) {
        return new Option(name, shortName, Argument.REQUIRED, metavar, help);
    }

    /** An option whose argument may be left out; it can only follow an equals sign. */
    public static Option optional(String name, String metavar, String help) {
        return new Option(name, (char) 0, Argument.OPTIONAL, metavar, help);
    }

    /** How the help writes it: {@code -O, --protocols=VERSIONS}. */
    String synopsis() {
        StringBuilder text = new StringBuilder();
        if (shortName != 0) {
            text.append('-').append(shortName).append(", ");
        }
        text.append("--").append(name);
        switch (argument) {
            case NONE -> {
            }
            case REQUIRED -> text.append('=').append(metavar);
            case OPTIONAL -> text.append("[=").append(metavar).append(']');
        }
        return text.toString();
    }
}
