package dev.turnout.ofctl;

import java.util.List;

/** The text of {@code --help}, made of a family's lists. */
final class HelpText {
    private static final int COLUMN = 34;

    private HelpText() {
    }

    static String of(Family family) {
        StringBuilder text = new StringBuilder();
        text.append("turnout ").append(family.name()).append(": ").append(family.summary()).append('\n');
        text.append("usage: turnout ").append(family.name()).append(" [OPTION...] COMMAND [ARGUMENT...]\n");
        text.append("\nCommands:\n");
        for (Verb verb : family.verbs()) {
            line(text, verb.synopsis(), verb.help());
        }
        options(text, "\nOptions of single commands, before the command:\n", family.verbOptions());
        options(text, "\nOptions:\n", family.options());
        text.append(family.notes());
        text.append("""

                The switch is looked for at --target, else at $TURNOUT_TARGET, else at the socket in the run
                directory, $TURNOUT_RUN_DIR or /run/turnout. Exit codes: 0 done, 1 wrong usage or failure, 2 "no".
                """);
        return text.toString();
    }

    private static void options(StringBuilder text, String title, List<Option> options) {
        if (!options.isEmpty()) {
            text.append(title);
            for (Option option : options) {
                line(text, option.synopsis(), option.help());
            }
        }
    }

    private static void line(StringBuilder text, String left, String right) {
        text.append("  ").append(left);
        if (left.length() > COLUMN - 3) {
            text.append('\n').append(" ".repeat(COLUMN));
        } else {
            text.append(" ".repeat(COLUMN - 2 - left.length()));
        }
        text.append(right).append('\n');
    }
}
