package dev.turnout.core;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

import dev.turnout.flow.DatapathActions;
import dev.turnout.flow.DpAction;

/**
 * Compiles datapath actions into an {@link ActionProgram}. What has no effect is left out: changes after the last action
 * that sends the packet somewhere or meters it, clones that do neither.
 *
 * <p>Thread rules: stateless; used once per program.
 */
final class ActionCompiler {
    /** An action that the datapath cannot execute. */
    static final class UnsupportedActionException extends Exception {
        private static final long serialVersionUID = 1;

        UnsupportedActionException(String message) {
            super(message);
        }
    }

    static final int MAX_NESTING = 16;

    private final int depth;
    private int[] operations = new int[8];
    private int operationCount;
    private long[] operands = new long[16];
    private int operandCount;
    private final List<ActionProgram> nested = new ArrayList<>();
    private final List<DpAction.Userspace> upcalls = new ArrayList<>();

    private ActionCompiler(int depth) {
        this.depth = depth;
    }

    static ActionProgram compile(DatapathActions actions) throws UnsupportedActionException {
        return compile(actions.actions(), 0);
    }

    private static ActionProgram compile(List<DpAction> actions, int depth) throws UnsupportedActionException {
        if (depth > MAX_NESTING) {
            throw new UnsupportedActionException("actions nested more than " + MAX_NESTING + " times");
        }
        ActionCompiler compiler = new ActionCompiler(depth);
        int last = lastSending(actions);
        for (int i = 0; i <= last; i++) {
            compiler.add(actions.get(i), i == last);
        }
        for (DpAction ineffective : actions.subList(last + 1, actions.size())) {
            compiler.checkOnly(ineffective);
        }
        return compiler.operationCount == 0 ? ActionProgram.DROP : compiler.program();
    }

    private ActionProgram program() {
        return new ActionProgram(Arrays.copyOf(operations, operationCount), Arrays.copyOf(operands, operandCount),
                nested.toArray(ActionProgram[]::new), upcalls.toArray(DpAction.Userspace[]::new));
    }

    /** Index of the last action that sends packets somewhere or counts them, or -1. */
    private static int lastSending(List<DpAction> actions) {
        for (int i = actions.size() - 1; i >= 0; i--) {
            if (sends(actions.get(i))) {
                return i;
            }
        }
        return -1;
    }

    private static boolean sends(DpAction action) {
        return switch (action) {
            case DpAction.Output output -> true;
            case DpAction.Recirc recirc -> true;
            case DpAction.Userspace userspace -> true;
            case DpAction.Meter meter -> true;
            case DpAction.Clone clone -> lastSending(clone.actions()) >= 0;
            case DpAction.Sample sample -> lastSending(sample.actions()) >= 0;
            case DpAction.CheckPktLen check ->
                lastSending(check.greater()) >= 0 || lastSending(check.lessEqual()) >= 0;
            default -> false;
        };
    }

    private void checkOnly(DpAction action) throws UnsupportedActionException {
        compile(List.of(action, new DpAction.Output(0)), depth);
    }

    private void add(DpAction action, boolean isLast) throws UnsupportedActionException {
        switch (action) {
            case DpAction.Output output ->
                emit(isLast ? ActionProgram.OUTPUT : ActionProgram.OUTPUT_COPY, output.port());
            case DpAction.Recirc recirc ->
                emit(isLast ? ActionProgram.RECIRCULATE : ActionProgram.RECIRCULATE_COPY, recirc.id());
            case DpAction.Userspace userspace -> {
                upcalls.add(userspace);
                emit(isLast ? ActionProgram.USERSPACE : ActionProgram.USERSPACE_COPY, upcalls.size() - 1);
            }
            case DpAction.Clone clone -> addClone(clone, isLast);
            case DpAction.Sample sample -> addSample(sample, isLast);
            case DpAction.CheckPktLen check -> emit(ActionProgram.CHECK_LENGTH, check.length(),
                    nest(check.greater()), nest(check.lessEqual()), isLast ? 1 : 0);
            case DpAction.Trunc trunc -> emit(ActionProgram.TRUNCATE, trunc.maxLength());
            case DpAction.PushVlan push ->
                emit(ActionProgram.PUSH_VLAN, ((long) push.tpid() << 16) | (push.tci() & 0xefff));
            case DpAction.PopVlan pop -> emit(ActionProgram.POP_VLAN);
            case DpAction.PushMpls push -> emit(ActionProgram.PUSH_MPLS, push.ethType(), push.lse());
            case DpAction.PopMpls pop -> emit(ActionProgram.POP_MPLS, pop.ethType());
            case DpAction.Hash hash -> emit(ActionProgram.HASH, hash.basis());
            case DpAction.Meter meter -> {
                emit(ActionProgram.METER, meter.id());
                if (isLast) { // what the meter lets through goes nowhere
                    nested.add(ActionProgram.DROP);
                    emit(ActionProgram.RUN, nested.size() - 1);
                }
            }
            default -> addSet(action);
        }
    }

    private void addClone(DpAction.Clone clone, boolean isLast) throws UnsupportedActionException {
        ActionProgram program = compile(clone.actions(), depth + 1);
        if (!program.isDrop()) {
            nested.add(program);
            emit(isLast ? ActionProgram.RUN : ActionProgram.CLONE, nested.size() - 1);
        }
    }

    private void addSample(DpAction.Sample sample, boolean isLast) throws UnsupportedActionException {
        int index = nest(sample.actions());
        if (isLast || !nested.get(index).isDrop()) {
            emit(ActionProgram.SAMPLE, sample.probability() & 0xffff_ffffL, index, isLast ? 1 : 0);
        }
    }

    /** Index of a nested program. */
    private int nest(List<DpAction> actions) throws UnsupportedActionException {
        nested.add(compile(actions, depth + 1));
        return nested.size() - 1;
    }

    private void addSet(DpAction action) throws UnsupportedActionException {
        switch (action) {
            case DpAction.SetEthernet s ->
                emit(ActionProgram.SET_ETHERNET, s.src() & s.srcMask(), s.srcMask(), s.dst() & s.dstMask(),
                        s.dstMask());
            case DpAction.SetIpv4 s -> emit(ActionProgram.SET_IPV4, pair(s.src() & s.srcMask(), s.dst() & s.dstMask()),
                    pair(s.srcMask(), s.dstMask()), s.tos() & s.tosMask(), s.tosMask(), s.ttl() & s.ttlMask(),
                    s.ttlMask());
            case DpAction.SetIpv6 s ->
                emit(ActionProgram.SET_IPV6, s.srcHigh() & s.srcHighMask(), s.srcHighMask(),
                        s.srcLow() & s.srcLowMask(),
                        s.srcLowMask(), s.dstHigh() & s.dstHighMask(), s.dstHighMask(), s.dstLow() & s.dstLowMask(),
                        s.dstLowMask(), s.label() & s.labelMask(), s.labelMask(),
                        s.trafficClass() & s.trafficClassMask(), s.trafficClassMask(), s.hopLimit() & s.hopLimitMask(),
                        s.hopLimitMask());
            case DpAction.SetPorts s -> emit(ActionProgram.SET_PORTS, s.protocol(),
                    ((s.src() & s.srcMask()) << 16) | (s.dst() & s.dstMask()), (s.srcMask() << 16) | s.dstMask());
            case DpAction.SetIcmp s -> emit(ActionProgram.SET_ICMP, s.protocol(),
                    ((s.type() & s.typeMask()) << 8) | (s.code() & s.codeMask()), (s.typeMask() << 8) | s.codeMask());
            case DpAction.SetArp s ->
                emit(ActionProgram.SET_ARP, s.op() & s.opMask(), s.opMask(), s.spa() & s.spaMask(), s.spaMask(),
                        s.tpa() & s.tpaMask(), s.tpaMask(), s.sha() & s.shaMask(), s.shaMask(), s.tha() & s.thaMask(),
                        s.thaMask());
            case DpAction.SetNd s -> emit(ActionProgram.SET_ND, s.targetHigh() & s.targetHighMask(), s.targetHighMask(),
                    s.targetLow() & s.targetLowMask(), s.targetLowMask(), s.sll() & s.sllMask(), s.sllMask(),
                    s.tll() & s.tllMask(), s.tllMask());
            case DpAction.SetMark s -> emit(ActionProgram.SET_MARK, s.mark() & s.mask(), s.mask());
            case DpAction.SetPriority s -> emit(ActionProgram.SET_PRIORITY, s.priority() & s.mask(), s.mask());
            case DpAction.SetMpls s -> emit(ActionProgram.SET_MPLS, s.lse() & s.mask(), s.mask());
            default -> throw new UnsupportedActionException(action.toString());
        }
    }

    private static long pair(int high, int low) {
        return ((long) high << 32) | (low & 0xffff_ffffL);
    }

    private void emit(int operation, long... values) {
        if (operationCount == operations.length) {
            operations = Arrays.copyOf(operations, operationCount * 2);
        }
        operations[operationCount++] = operation;
        if (operandCount + values.length > operands.length) {
            operands = Arrays.copyOf(operands, (operandCount + values.length) * 2);
        }
        System.arraycopy(values, 0, operands, operandCount, values.length);
        operandCount += values.length;
    }
}
