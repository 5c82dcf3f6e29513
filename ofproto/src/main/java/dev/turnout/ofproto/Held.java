package dev.turnout.ofproto;

/** Something that a translation holds until it is closed: {@link XlateCache} gives it back, once. Thread rules: any thread. */
interface Held {
    void release();
}
