package dev.turnout.ofproto;

/** Hears of sampled packets. Called on the thread that handles the packet: it must be quick and must not throw. */
@FunctionalInterface
public interface FlowSampleListener {
    void onSample(FlowSample sample);
}
