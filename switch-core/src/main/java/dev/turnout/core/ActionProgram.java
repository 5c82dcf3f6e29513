package dev.turnout.core;

/** The actions of a megaflow in the form that a forwarding thread executes. */
final class ActionProgram {
    /** The port if the whole program is one output, else -1. */
    int soleOutput() {
        return -1;
    }
}
