package dev.turnout.emc;

/** Tells a cache which of its references are dead. Implemented by whoever owns the megaflows. */
@FunctionalInterface
public interface MegaflowLiveness {
    /** Whether the handle refers to an installed megaflow: its slot's generation is the handle's. */
    boolean isLive(long handle);
}
