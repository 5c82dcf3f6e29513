package dev.turnout.core.port;

import dev.turnout.core.Receiver;
import dev.turnout.packet.PacketBatch;
import org.jspecify.annotations.Nullable;

/**
 * A receiver in a ring, with the descriptor that it reads and, for a packet socket, the kernel's count of drops.
 *
 * <p>Thread rules: those of {@link Receiver}.
 */
final class OwningReceiver implements Receiver {
    private final UringReceiver receiver;
    private final @Nullable KernelDrops drops;
    private final Runnable closeDescriptor;

    OwningReceiver(UringReceiver receiver, @Nullable KernelDrops drops, Runnable closeDescriptor) {
        this.receiver = receiver;
        this.drops = drops;
        this.closeDescriptor = closeDescriptor;
    }

    @Override
    public int receive(PacketBatch batch) {
        int received = receiver.receive(batch);
        if (drops != null) {
            if (received > 0) {
                drops.tick(received);
            } else {
                drops.quiet();
            }
        }
        return received;
    }

    @Override
    public void close() {
        receiver.close();
        if (drops != null) {
            drops.close();
        }
        closeDescriptor.run();
    }
}
