package dev.turnout.ofctl.flows;

import java.util.List;

/**
 * Shortens lists of fields as {@code ovs-ofctl} does: {@code eth_src}, {@code eth_dst}, {@code reg0}, {@code reg1}, {@code reg2} are
 * {@code eth_{src,dst} reg0...reg2}.
 */
final class FieldNames {
    private FieldNames() {
    }

    /** The names in their order, separated by spaces. */
    static String shortened(List<String> names) {
        return joined(names, " ");
    }

    private static String joined(List<String> names, String separator) {
        StringBuilder text = new StringBuilder();
        for (int from = 0; from < names.size();) {
            text.append(from == 0 ? "" : separator);
            int numbered = endOfNumbers(names, from);
            int end = numbered > from + 1 ? numbered : endOfPrefix(names, from);
            if (end == numbered && end > from + 1) {
                text.append(names.get(from)).append("...").append(names.get(end - 1));
            } else if (end > from + 1) {
                int prefix = prefix(names.get(from)).length();
                List<String> rests = names.subList(from, end).stream().map(name -> name.substring(prefix)).toList();
                text.append(prefix(names.get(from))).append('{').append(joined(rests, ",")).append('}');
            } else {
                text.append(names.get(from));
            }
            from = end;
        }
        return text.toString();
    }

    /** The end of the names from here on that have the first one's {@code x_} in front. */
    private static int endOfPrefix(List<String> names, int from) {
        String prefix = prefix(names.get(from));
        int end = from + 1;
        while (!prefix.isEmpty() && end < names.size() && names.get(end).startsWith(prefix)) {
            end++;
        }
        return end;
    }

    private static String prefix(String name) {
        return name.substring(0, name.indexOf('_') + 1);
    }

    /** The end of the names from here on that count upwards: {@code c1}, {@code c2}. */
    private static int endOfNumbers(List<String> names, int from) {
        String first = names.get(from);
        int digits = first.length();
        while (digits > 0 && Character.isDigit(first.charAt(digits - 1))) {
            digits--;
        }
        if (digits == first.length() || first.length() - digits > 4) {
            return from + 1;
        }
        int number = Integer.parseInt(first.substring(digits));
        String stem = first.substring(0, digits);
        int end = from + 1;
        while (end < names.size() && names.get(end).equals(stem + (number + end - from))) {
            end++;
        }
        return end;
    }
}
