package dev.turnout.switchd.network;

/** What is at work of the configuration. Any thread may ask. */
public interface NetworkState {
    /** Nothing is. */
    NetworkState NONE = new NetworkState() {
        @Override
        public BridgeState bridge(String name) {
            return BridgeState.NONE;
        }

        @Override
        public PortState port(String name) {
            return PortState.closed("");
        }
    };

    /** The state of a bridge; {@link BridgeState#NONE} if there is none. */
    BridgeState bridge(String name);

    /** The state of a port; that of a closed one if there is none. */
    PortState port(String name);
}
