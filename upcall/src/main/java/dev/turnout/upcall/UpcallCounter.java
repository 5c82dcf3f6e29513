package dev.turnout.upcall;

/** What the slow path counts. Those marked as packets count packets, the others upcalls: a flow whose packets wait together. */
public enum UpcallCounter {
    /** Packets that missed and were taken over. */
    MISSES("misses"),
    /** Packets among them that joined a flow whose upcall was in flight. */
    JOINED("joined"),
    /** Packets refused: their port holds as many as it may. */
    REFUSED_PORT("refused-port-queue"),
    /** Packets refused: as many of their flow wait as may. */
    REFUSED_FLOW("refused-flow-queue"),
    /** Packets refused: their forwarding thread has lent as many buffers as it may. */
    REFUSED_THREAD("refused-thread"),
    /** Packets refused: the slow path has stopped. */
    REFUSED_STOPPED("refused-stopped"),
    /** Upcalls that another upcall's megaflow answered before they were translated. */
    ANSWERED("answered-by-install"),
    /** Upcalls translated. */
    TRANSLATED("translated"),
    /** Megaflows sent to be installed. */
    INSTALLS("installs"),
    /** Installs among them that took the place of an evicted ukey. */
    REPLACED("replaced"),
    /** Not installed: there is a ukey for the flow. */
    DUPLICATE("duplicate"),
    /** Not installed: another flow has the ukey's id. */
    COLLISION("collision"),
    /** Not installed: the translation must not be cached. */
    AVOID_CACHING("not-cached"),
    /** Not installed: there are as many megaflows as the limit allows. */
    FLOW_LIMIT("flow-limit-hit"),
    /** Packets of flows whose translation failed. */
    TRANSLATION_ERROR("translation-error"),
    /** Packets handed to the controllers. */
    CONTROLLER("controller"),
    /** Packets for the controllers that found the queue full, or a state that is gone. */
    USERSPACE_LOST("userspace-lost"),
    /** Packets given back because their forwarding thread ended. */
    THREAD_ENDED("thread-ended");

    private final String text;

    UpcallCounter(String text) {
        this.text = text;
    }

    /** The counter's name in texts and metrics. */
    public String text() {
        return text;
    }
}
