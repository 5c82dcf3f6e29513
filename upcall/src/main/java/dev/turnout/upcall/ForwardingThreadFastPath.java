package dev.turnout.upcall;

import dev.turnout.core.DatapathCommand;
import dev.turnout.core.ForwardingThread;
import dev.turnout.core.MegaflowTable;

/** A forwarding thread of the datapath. */
final class ForwardingThreadFastPath implements FastPath {
    private final ForwardingThread thread;
    private final ThreadLocal<MegaflowTable.Reading> reading = ThreadLocal.withInitial(MegaflowTable.Reading::new);

    ForwardingThreadFastPath(ForwardingThread thread) {
        this.thread = thread;
    }

    @Override
    public int id() {
        return thread.id();
    }

    @Override
    public boolean submit(DatapathCommand command) {
        return thread.submit(command);
    }

    @Override
    public int slotLimit() {
        return thread.megaflows().limit();
    }

    @Override
    public boolean read(int slot, MegaflowReading into) {
        MegaflowTable.Reading row = reading.get();
        if (!thread.megaflows().read(slot, row)) {
            return false;
        }
        into.handle = row.handle();
        into.token = row.token();
        into.packets = row.packets();
        into.bytes = row.bytes();
        into.usedNs = row.usedNs();
        into.tcpFlags = row.tcpFlags();
        return true;
    }
}
