package dev.turnout.core.memory;

import java.io.IOException;
import java.util.Random;

import dev.turnout.core.LinkState;
import dev.turnout.core.Port;
import dev.turnout.core.PortContext;
import dev.turnout.core.PortFeatures;
import dev.turnout.core.Receiver;
import dev.turnout.core.Transmitter;
import dev.turnout.packet.Memory;
import dev.turnout.packet.Packet;
import dev.turnout.packet.PacketBatch;
import dev.turnout.packet.PacketPool;

/**
 * Wraps a port and mistreats what it receives, at random from a seed: drops packets, changes bits, cuts frames short, swaps
 * neighbours. For tests that the switch takes anything.
 *
 * <p>Thread rules: as {@link Port}.
 */
public class FaultInjector implements Port {
    /**
     * How much goes wrong; each a probability per packet, from 0 to 1.
     *
     * @param drop
     *            the packet is lost
     * @param corrupt
     *            one to eight bits change
     * @param truncate
     *            the frame is cut to a random length, perhaps to nothing
     * @param reorder
     *            the packet changes places with the one before
     */
    public record Faults(double drop, double corrupt, double truncate, double reorder) {
    }

    private final Port inner;
    private final Faults faults;
    private final long seed;

    public FaultInjector(Port inner, Faults faults, long seed) {
        this.inner = inner;
        this.faults = faults;
        this.seed = seed;
    }

    @Override
    public String name() {
        return inner.name();
    }

    @Override
    public String type() {
        return inner.type();
    }

    @Override
    public PortFeatures features() {
        return inner.features();
    }

    @Override
    public LinkState linkState() {
        return inner.linkState();
    }

    @Override
    public String receiveMode() {
        return inner.receiveMode() + " with faults";
    }

    @Override
    public void setListener(PortListener listener) {
        inner.setListener((port, state) -> listener.linkChanged(this, state));
    }

    @Override
    public Receiver openReceiver(PortContext context) throws IOException {
        return new FaultyReceiver(inner.openReceiver(context), context.pool(), faults, new Random(seed));
    }

    @Override
    public Transmitter openTransmitter(PortContext context) throws IOException {
        return inner.openTransmitter(context);
    }

    @Override
    public void close() {
        inner.close();
    }

    private record FaultyReceiver(Receiver inner, PacketPool pool, Faults faults, Random random) implements Receiver {
        @Override
        public int receive(PacketBatch batch) {
            int first = batch.count;
            int received = inner.receive(batch);
            int kept = first;
            for (int i = first; i < batch.count; i++) {
                long packet = batch.packets[i];
                if (random.nextDouble() < faults.drop()) {
                    pool.release(packet);
                    continue;
                }
                mistreat(packet);
                batch.packets[kept++] = packet;
                if (kept > first + 1 && random.nextDouble() < faults.reorder()) {
                    batch.packets[kept - 1] = batch.packets[kept - 2];
                    batch.packets[kept - 2] = packet;
                }
            }
            batch.count = kept;
            // All lost is not the same as none received, but the switch comes again either way.
            return received == 0 ? 0 : kept - first;
        }

        private void mistreat(long packet) {
            int length = Packet.length(packet);
            if (length > 0 && random.nextDouble() < faults.corrupt()) {
                for (int n = 1 + random.nextInt(8); n > 0; n--) {
                    long at = Packet.data(packet) + random.nextInt(Math.min(length, 96));
                    Memory.putByte(at, Memory.getByte(at) ^ 1 << random.nextInt(8));
                }
            }
            if (random.nextDouble() < faults.truncate()) {
                Packet.setLength(packet, random.nextInt(length + 1));
            }
        }

        @Override
        public void close() {
            inner.close();
        }
    }
}
