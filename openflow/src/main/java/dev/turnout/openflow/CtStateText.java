package dev.turnout.openflow;

/** States of connection tracking as text, where they are those of a packet and not of a match: {@code new,trk}. */
public final class CtStateText {
    public static final int NEW = 1;
    private static final int ESTABLISHED = 2;
    private static final int REPLY = 8;
    private static final int INVALID = 16;
    public static final int TRACKED = 32;
    /** All bits that mean something. */
    public static final int ALL = 0xff;

    private CtStateText() {
    }

    /**
     * Reads flags.
     *
     * @param text
     *            {@code new}, {@code est}, {@code rel}, {@code rpl}, {@code inv}, {@code trk}, {@code snat}, {@code dnat}, separated by commas or spaces
     * @return bits of {@code ct_state} that a tracked packet can have
     * @throws FlowSyntaxException
     *             if a flag is not known, or tracking never reports these together
     */
    public static int parse(String text) {
        int state = 0;
        int start = 0;
        for (int at = 0; at <= text.length(); at++) {
            if (at == text.length() || text.charAt(at) == ',' || text.charAt(at) == ' ') {
                if (at > start) {
                    state |= FlagText.CT_STATE.flag(text, start, at);
                }
                start = at + 1;
            }
        }
        check(state, text);
        return state;
    }

    private static void check(int state, String text) {
        String wrong = null;
        if ((state & TRACKED) == 0) {
            wrong = "a packet that was tracked has trk";
        } else if ((state & INVALID) != 0 && (state & ~(INVALID | TRACKED)) != 0) {
            wrong = "inv goes with trk only";
        } else if ((state & NEW) != 0 && (state & ESTABLISHED) != 0) {
            wrong = "new and est exclude each other";
        } else if ((state & NEW) != 0 && (state & REPLY) != 0) {
            wrong = "new and rpl exclude each other";
        }
        if (wrong != null) {
            throw new FlowSyntaxException("\"" + text + "\": no state of a connection: " + wrong);
        }
    }

    /** Writes all flags: {@code new|trk}. */
    public static String format(int state) {
        StringBuilder out = new StringBuilder();
        FlagText.CT_STATE.append(out, state, ALL);
        return out.toString();
    }
}
