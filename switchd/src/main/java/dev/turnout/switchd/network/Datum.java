package dev.turnout.switchd.network;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;

import dev.turnout.switchd.SwitchException;

/**
 * A column's value in the text syntax of OVSDB's tools: an atom ({@code 5}, {@code br0}, {@code "10:00"}), a set
 * ({@code [1, 2]}) or a map ({@code {peer=p1}}). Strings that could be taken for something else stand in double quotes.
 */
public sealed interface Datum {
    /** The text of {@code ovs-vsctl get}. */
    String text();

    /** One value: a String, a Long or a Boolean. */
    record Atom(Object value) implements Datum {
        @Override
        public String text() {
            return atomText(value);
        }
    }

    /** A set of values, in the order to print. */
    record SetOf(List<Object> values) implements Datum {
        @Override
        public String text() {
            return values.size() == 1
                    ? atomText(values.getFirst())
                    : values.stream().map(Datum::atomText).collect(Collectors.joining(", ", "[", "]"));
        }
    }

    /** A map, by key. Keys are strings, or the digits of numbers. */
    record MapOf(SortedMap<String, Object> values, boolean isNumbered) implements Datum {
        @Override
        public String text() {
            return values.entrySet().stream()
                    .map(e -> (isNumbered ? e.getKey() : atomText(e.getKey())) + "=" + atomText(e.getValue()))
                    .collect(Collectors.joining(", ", "{", "}"));
        }
    }

    static Datum string(String value) {
        return new Atom(value);
    }

    static Datum integer(long value) {
        return new Atom(value);
    }

    /** A string of which "" means that there is none. */
    static Datum optional(String value) {
        return new SetOf(value.isEmpty() ? List.of() : List.of(value));
    }

    static Datum set(Collection<?> values) {
        return new SetOf(new ArrayList<>(values));
    }

    static Datum map(Map<String, ?> values) {
        return new MapOf(new TreeMap<>(values), false);
    }

    /** A map whose keys are numbers from 0 on. */
    static Datum numbered(Map<Integer, ?> values) {
        SortedMap<String, Object> texts = new TreeMap<>(
                Comparator.comparingInt(String::length).thenComparing(Comparator.naturalOrder()));
        values.forEach((key, value) -> texts.put(Integer.toString(key), value));
        return new MapOf(texts, true);
    }

    /** A value as OVSDB writes it. */
    static String atomText(Object value) {
        if (!(value instanceof String string)) {
            return value.toString();
        }
        boolean bare = !string.isEmpty() && !string.equals("true") && !string.equals("false")
                && (isAlpha(string.charAt(0)) || string.charAt(0) == '_')
                && string.chars()
                        .allMatch(c -> isAlpha(c) || (c >= '0' && c <= '9') || c == '_' || c == '-' || c == '.');
        return bare ? string : quote(string);
    }

    private static boolean isAlpha(int c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    }

    private static String quote(String string) {
        StringBuilder text = new StringBuilder("\"");
        for (int i = 0; i < string.length(); i++) {
            char c = string.charAt(i);
            switch (c) {
                case '"' -> text.append("\\\"");
                case '\\' -> text.append("\\\\");
                case '\n' -> text.append("\\n");
                case '\t' -> text.append("\\t");
                case '\r' -> text.append("\\r");
                default -> text.append(c);
            }
        }
        return text.append('"').toString();
    }

    /** Reads one string: bare up to the end, or in double quotes. */
    static String parseString(String text) {
        return new Reader(text).whole();
    }

    /** Reads a set: {@code []}, {@code [1, 2]}, {@code 1,2}. */
    static List<String> parseSet(String text) {
        Reader reader = new Reader(text);
        List<String> values = new ArrayList<>();
        reader.elements('[', ']', () -> values.add(reader.word("],")));
        return values;
    }

    /** Reads a map: <code>{}</code>, <code>{a=b, c="d e"}</code>, {@code a=b,c=d}. */
    static SortedMap<String, String> parseMap(String text) {
        Reader reader = new Reader(text);
        SortedMap<String, String> values = new TreeMap<>();
        reader.elements('{', '}', () -> {
            String key = reader.word("=},");
            reader.expect('=');
            if (values.put(key, reader.word("},")) != null) {
                throw SwitchException.invalid(text + ": key " + key + " is there twice");
            }
        });
        return values;
    }

    /** A position in a value's text. */
    final class Reader {
        private final String text;
        private int at;

        Reader(String text) {
            this.text = text;
        }

        String whole() {
            if (!text.startsWith("\"")) {
                return text;
            }
            String value = word("");
            end();
            return value;
        }

        void elements(char open, char close, Runnable element) {
            boolean bracketed = at < text.length() && text.charAt(at) == open;
            if (bracketed) {
                at++;
            }
            skipSpace();
            while (at < text.length() && !(bracketed && text.charAt(at) == close)) {
                element.run();
                skipSpace();
                if (at < text.length() && text.charAt(at) == ',') {
                    at++;
                    skipSpace();
                } else {
                    break;
                }
            }
            if (bracketed) {
                expect(close);
            }
            end();
        }

        /** A word up to a comma, a closing bracket or what ends it, or a quoted string. */
        String word(String terminators) {
            skipSpace();
            if (at < text.length() && text.charAt(at) == '"') {
                return quoted();
            }
            int start = at;
            while (at < text.length() && terminators.indexOf(text.charAt(at)) < 0) {
                at++;
            }
            String word = text.substring(start, at).strip();
            if (word.isEmpty()) {
                throw SwitchException.invalid(text + ": a value is missing at character " + (start + 1));
            }
            return word;
        }

        private String quoted() {
            StringBuilder value = new StringBuilder();
            for (at++; at < text.length() && text.charAt(at) != '"'; at++) {
                char c = text.charAt(at);
                if (c == '\\' && at + 1 < text.length()) {
                    c = switch (text.charAt(++at)) {
                        case 'n' -> '\n';
                        case 't' -> '\t';
                        case 'r' -> '\r';
                        default -> text.charAt(at);
                    };
                }
                value.append(c);
            }
            expect('"');
            return value.toString();
        }

        void expect(char c) {
            skipSpace();
            if (at >= text.length() || text.charAt(at) != c) {
                throw SwitchException.invalid(text + ": " + c + " is missing at character " + (at + 1));
            }
            at++;
        }

        private void end() {
            skipSpace();
            if (at < text.length()) {
                throw SwitchException.invalid(text + ": \"" + text.substring(at) + "\" is too much");
            }
        }

        private void skipSpace() {
            while (at < text.length() && text.charAt(at) == ' ') {
                at++;
            }
        }
    }
}
