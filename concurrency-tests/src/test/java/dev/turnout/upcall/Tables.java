package dev.turnout.upcall;

import java.util.concurrent.atomic.AtomicInteger;

/** What threads do with a table of ukeys. There is one for all tries, since it is dear; each has a flow of its own in it. */
final class Tables {
    static final UkeyTable TABLE = new UkeyTable();
    private static final AtomicInteger FLOWS = new AtomicInteger();

    private Tables() {
    }

    /** A number for a try's flow; {@link TestUkeys} knows 65536, far more than there are tries at a time. */
    static int newFlow() {
        return FLOWS.getAndIncrement() & 0xffff;
    }

    /** A handler's part. */
    static UkeyTable.Insertion insert(Ukey ukey) {
        ukey.lock();
        try {
            return TABLE.insert(ukey, "handler");
        } finally {
            ukey.unlock();
        }
    }

    /** The megaflow of a ukey in the table was never installed. */
    static void evict(Ukey ukey) {
        ukey.lock();
        try {
            if (!ukey.transition(UkeyState.EVICTED, "answer")) {
                throw new IllegalStateException(ukey.toString());
            }
        } finally {
            ukey.unlock();
        }
    }

    /** A sweep's part. */
    static void sweep(Ukey ukey) {
        if (ukey.tryLock()) {
            try {
                if (ukey.state() == UkeyState.EVICTED) {
                    TABLE.remove(ukey, "sweep");
                }
            } finally {
                ukey.unlock();
            }
        }
    }
}
