package dev.turnout.openflow;

/**
 * Walks over the keys and values of a stretch of a flow text. A key ends at a delimiter; after {@code :} or {@code =} its
 * value reaches to a comma or white space, after {@code (} to the closing parenthesis (and, as in {@code (x)->y}, on to a
 * comma or white space); parentheses within values nest.
 *
 * <p>Thread rules: one owner.
 */
final class KeyValues {
    final String text;
    private final int end;
    private int at;

    int keyStart;
    int keyEnd;
    int valueStart;
    int valueEnd;

    KeyValues(String text, int start, int end) {
        this.text = text;
        this.at = start;
        this.end = end;
    }

    /** Goes to the next key; false at the end. */
    boolean next() {
        while (at < end && isSeparator(text.charAt(at))) {
            at++;
        }
        if (at >= end) {
            return false;
        }
        keyStart = at;
        char delimiter = 0;
        while (at < end) {
            char c = text.charAt(at);
            if (c == '=' || c == ':' || c == '(' || isSeparator(c)) {
                delimiter = c;
                break;
            }
            at++;
        }
        keyEnd = at;
        valueStart = at;
        valueEnd = at;
        if (delimiter == 0 || isSeparator(delimiter)) {
            return true;
        }
        valueStart = ++at;
        if (delimiter == '(') {
            skipTo(')');
            if (at + 2 < end && text.charAt(at) == ')' && text.charAt(at + 1) == '-' && text.charAt(at + 2) == '>') {
                skipTo(',');
            }
        } else {
            skipTo(',');
        }
        valueEnd = at;
        if (at < end) {
            at++;
        }
        return true;
    }

    /** Goes on to the closing parenthesis, or for ',' to any separator, over nested parentheses. */
    private void skipTo(char stop) {
        while (at < end) {
            char c = text.charAt(at);
            if (stop == ')' ? c == ')' : isSeparator(c)) {
                return;
            }
            if (c == '(') {
                skipNested();
            } else {
                at++;
            }
        }
    }

    private void skipNested() {
        int level = 0;
        do {
            char c = text.charAt(at++);
            if (c == '(') {
                level++;
            } else if (c == ')') {
                level--;
            }
        } while (level > 0 && at < end);
    }

    boolean keyIs(String name) {
        return keyEnd - keyStart == name.length() && text.startsWith(name, keyStart);
    }

    String key() {
        return text.substring(keyStart, keyEnd);
    }

    String value() {
        return text.substring(valueStart, valueEnd);
    }

    boolean hasValue() {
        return valueEnd > valueStart;
    }

    static boolean isSeparator(char c) {
        return c == ',' || isSpace(c);
    }

    static boolean isSpace(char c) {
        return c == ' ' || c == '\t' || c == '\r' || c == '\n';
    }
}
