package dev.turnout.openflow;

/** Stand-in while the table of names is written. */
final class NxmNames {
    private NxmNames() {
    }

    static String format(Subfield subfield) {
        return subfield.field() + "[" + subfield.offset() + ".." + (subfield.offset() + subfield.bits() - 1) + "]";
    }
}
