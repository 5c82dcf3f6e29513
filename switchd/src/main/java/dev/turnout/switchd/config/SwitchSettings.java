package dev.turnout.switchd.config;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;

import dev.turnout.switchd.network.NetworkConfig;
import org.jspecify.annotations.Nullable;

/**
 * How a switch is to run. The defaults are the field's; {@code docs/configuration.md} describes each.
 *
 * @param forwardingThreads
 *            threads that forward packets
 * @param handlerThreads
 *            threads that translate upcalls
 * @param revalidatorThreads
 *            threads that revalidate megaflows
 * @param maxIdleMs
 *            how long a megaflow lives without a packet
 * @param maxRevalidatorMs
 *            most time between two rounds of revalidation
 * @param minRevalidatePps
 *            megaflows slower than this are deleted rather than translated again when rounds take long; 0 never
 * @param flowLimit
 *            most megaflows
 * @param emcInsertInvProb
 *            one in so many packets enters the exact-match cache; 0 none
 * @param smcEnable
 *            whether the signature cache is used
 * @param smallBuffers
 *            ordinary packet buffers per forwarding thread
 * @param largeBuffers
 *            buffers for 64 KB segments per forwarding thread
 * @param spinMicros
 *            how long an idle forwarding thread looks for work before it sleeps
 * @param ioUring
 *            whether io_uring may be used
 * @param runDir
 *            the run directory, or null: nothing is kept and there is no control socket
 * @param grpc
 *            where gRPC listens, or null
 * @param metrics
 *            where metrics are served, or null
 * @param network
 *            bridges and ports that are to be there at the start
 * @param flows
 *            flows to put into bridges at the start, in the syntax of ovs-ofctl
 */
public record SwitchSettings(int forwardingThreads, int handlerThreads, int revalidatorThreads, int maxIdleMs,
        int maxRevalidatorMs, int minRevalidatePps, int flowLimit, int emcInsertInvProb, boolean smcEnable,
        int smallBuffers, int largeBuffers, int spinMicros, boolean ioUring, @Nullable Path runDir,
        @Nullable Listen grpc, @Nullable Listen metrics, NetworkConfig network, Map<String, List<FlowLine>> flows) {

    /**
     * A flow of the configuration.
     *
     * @param text
     *            in the syntax of ovs-ofctl
     * @param place
     *            {@code file:line} for messages
     */
    public record FlowLine(String text, String place) {
    }

    /** Handler and revalidator threads unless the settings say otherwise: a quarter of the processors, plus one. */
    static final int SLOW_THREADS = Runtime.getRuntime().availableProcessors() / 4 + 1;

    public SwitchSettings {
        flows = Map.copyOf(flows);
    }

    /** A switch that keeps nothing and serves nobody but its own process. */
    public static SwitchSettings embedded() {
        return builder().build();
    }

    /** A builder with the defaults of {@link #embedded}. */
    public static Builder builder() {
        return new Builder();
    }

    /** Settings in the making. Thread rules: one thread. */
    public static final class Builder {
        private int forwardingThreads = 1;
        private int handlerThreads = SLOW_THREADS;
        private int revalidatorThreads = SLOW_THREADS;
        private int maxIdleMs = 10_000;
        private int maxRevalidatorMs = 500;
        private int minRevalidatePps = 5;
        private int flowLimit = 200_000;
        private int emcInsertInvProb = 100;
        private boolean smcEnable = true;
        private int smallBuffers = 4096;
        private int largeBuffers = 256;
        private int spinMicros = 50;
        private boolean ioUring = true;
        private @Nullable Path runDir;
        private @Nullable Listen grpc;
        private @Nullable Listen metrics;
        private NetworkConfig network = NetworkConfig.EMPTY;
        private Map<String, List<FlowLine>> flows = Map.of();

        private Builder() {
        }

        public Builder forwardingThreads(int value) {
            forwardingThreads = value;
            return this;
        }

        public Builder handlerThreads(int value) {
            handlerThreads = value;
            return this;
        }

        public Builder revalidatorThreads(int value) {
            revalidatorThreads = value;
            return this;
        }

        public Builder maxIdleMs(int value) {
            maxIdleMs = value;
            return this;
        }

        public Builder maxRevalidatorMs(int value) {
            maxRevalidatorMs = value;
            return this;
        }

        public Builder minRevalidatePps(int value) {
            minRevalidatePps = value;
            return this;
        }

        public Builder flowLimit(int value) {
            flowLimit = value;
            return this;
        }

        public Builder emcInsertInvProb(int value) {
            emcInsertInvProb = value;
            return this;
        }

        public Builder smcEnable(boolean value) {
            smcEnable = value;
            return this;
        }

        public Builder smallBuffers(int value) {
            smallBuffers = value;
            return this;
        }

        public Builder largeBuffers(int value) {
            largeBuffers = value;
            return this;
        }

        public Builder spinMicros(int value) {
            spinMicros = value;
            return this;
        }

        public Builder ioUring(boolean value) {
            ioUring = value;
            return this;
        }

        public Builder runDir(@Nullable Path value) {
            runDir = value;
            return this;
        }

        public Builder grpc(@Nullable Listen value) {
            grpc = value;
            return this;
        }

        public Builder metrics(@Nullable Listen value) {
            metrics = value;
            return this;
        }

        public Builder network(NetworkConfig value) {
            network = value;
            return this;
        }

        public Builder flows(Map<String, List<FlowLine>> value) {
            flows = value;
            return this;
        }

        public SwitchSettings build() {
            return new SwitchSettings(forwardingThreads, handlerThreads, revalidatorThreads, maxIdleMs,
                    maxRevalidatorMs, minRevalidatePps, flowLimit, emcInsertInvProb, smcEnable, smallBuffers,
                    largeBuffers, spinMicros, ioUring, runDir, grpc, metrics, network, flows);
        }
    }
}
