package dev.turnout.switchd.network;

/** Ethernet addresses as text. */
public final class MacText {
    private MacText() {
    }

    /** The low 48 bits as {@code aa:bb:cc:dd:ee:ff}. */
    public static String of(long mac) {
        StringBuilder text = new StringBuilder(17);
        for (int shift = 44; shift >= 0; shift -= 4) {
            text.append(Character.forDigit((int) (mac >>> shift) & 0xf, 16));
            if (shift % 8 == 0 && shift > 0) {
                text.append(':');
            }
        }
        return text.toString();
    }
}
