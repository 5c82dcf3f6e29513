package dev.turnout.core;

import dev.turnout.flow.DpAction;

/**
 * The actions of a megaflow in the form that {@link ActionExecutor} runs: operation codes, and their operands one after the
 * other in a flat array. Immutable.
 *
 * <p>Only the last operation takes the packets over; every other one that sends packets somewhere sends copies. So a program
 * ends with an operation of {@link #isFinal}, or has no operations and drops.
 */
final class ActionProgram {
    /** Drops everything. */
    static final ActionProgram DROP = new ActionProgram(new int[0], new long[0], new ActionProgram[0],
            new DpAction.Userspace[0]);

    /** Operand: datapath port number. */
    static final int OUTPUT = 0;
    static final int OUTPUT_COPY = 1;
    /** Operand: recirculation id. */
    static final int RECIRCULATE = 2;
    static final int RECIRCULATE_COPY = 3;
    /** Operand: index in {@link #upcalls}. */
    static final int USERSPACE = 4;
    static final int USERSPACE_COPY = 5;
    /** Operand: index in {@link #nested}; runs on copies. */
    static final int CLONE = 6;
    /** Operand: index in {@link #nested}; runs on the packets themselves. */
    static final int RUN = 7;
    /** Operand: most bytes that the next output sends. */
    static final int TRUNCATE = 8;
    /** Operands: value and mask of the source, of the destination. */
    static final int SET_ETHERNET = 9;
    /** Operands: value and mask of both addresses (source high), of TOS, of TTL. */
    static final int SET_IPV4 = 10;
    /** Operands: value and mask of each of four address words, of label, traffic class, hop limit. */
    static final int SET_IPV6 = 11;
    /** Operands: protocol, value and mask of both ports (source high). */
    static final int SET_PORTS = 12;
    /** Operands: protocol, value and mask of type and code (type high). */
    static final int SET_ICMP = 13;
    /** Operands: value and mask of op, spa, tpa, sha, tha. */
    static final int SET_ARP = 14;
    /** Operands: value and mask of both target words, of sll, tll. */
    static final int SET_ND = 15;
    /** Operands: value, mask. */
    static final int SET_MARK = 16;
    /** Operands: value, mask. */
    static final int SET_PRIORITY = 17;
    /** Operands: value, mask. */
    static final int SET_MPLS = 18;
    /** Operand: TPID and TCI. */
    static final int PUSH_VLAN = 19;
    static final int POP_VLAN = 20;
    /** Operands: EtherType, label stack entry. */
    static final int PUSH_MPLS = 21;
    /** Operand: EtherType. */
    static final int POP_MPLS = 22;
    /** Operand: basis. */
    static final int HASH = 23;
    /** Operand: number of the datapath meter. */
    static final int METER = 24;
    /** Operands: probability in 2^32 - 1, index in {@link #nested}, 1 if nothing follows. */
    static final int SAMPLE = 25;
    /** Operands: length, index in {@link #nested} for longer frames and for the others, 1 if nothing follows. */
    static final int CHECK_LENGTH = 26;
    private static final int[] OPERANDS = {1, 1, 1, 1, 1, 1, 1, 1, 1, 4, 6, 14, 3, 3, 10, 8, 2, 2, 2, 1, 0, 2, 1, 1, 1,
        3, 4};

    final int[] operations;
    final long[] operands;
    final ActionProgram[] nested;
    final DpAction.Userspace[] upcalls;

    ActionProgram(int[] operations, long[] operands, ActionProgram[] nested, DpAction.Userspace[] upcalls) {
        this.operations = operations;
        this.operands = operands;
        this.nested = nested;
        this.upcalls = upcalls;
    }

    /** How many operands an operation has. */
    static int operandCount(int operation) {
        return OPERANDS[operation];
    }

    /** Whether the operation takes the packets over. */
    static boolean isFinal(int operation) {
        return operation == OUTPUT || operation == RECIRCULATE || operation == USERSPACE || operation == RUN;
    }

    boolean isDrop() {
        return operations.length == 0;
    }

    /** The port if the whole program is one output, else -1. */
    int soleOutput() {
        return operations.length == 1 && operations[0] == OUTPUT ? (int) operands[0] : -1;
    }
}
