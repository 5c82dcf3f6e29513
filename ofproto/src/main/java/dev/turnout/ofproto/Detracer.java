package dev.turnout.ofproto;

import java.util.function.Predicate;

import dev.turnout.flow.Fields;
import dev.turnout.flow.FlowKey;
import dev.turnout.flow.Json;
import org.jspecify.annotations.Nullable;

/**
 * Says which flows, groups and other things a megaflow was made of: {@code ofproto/detrace}. It reads what the megaflow's own translation noted, and
 * translates nothing.
 *
 * <p>Thread rules: any thread; whoever calls makes sure that the translation is not closed meanwhile.
 */
public final class Detracer {
    private final Ofproto ofproto;

    public Detracer(Ofproto ofproto) {
        this.ofproto = ofproto;
    }

    /**
     * A line for each thing that the megaflow was made of; empty if it used nothing of the bridge.
     *
     * @param key
     *            the megaflow's key: where its packets go on is part of what made it
     * @param cache
     *            of the translation whose actions it executes
     * @param only
     *            name of the bridge to report about, null for all
     */
    public String text(FlowKey key, XlateCache cache, @Nullable String only) {
        StringBuilder out = new StringBuilder();
        report(key, cache, only).append(out);
        return out.toString();
    }

    /** The same, an array of objects. */
    public void write(Json out, FlowKey key, XlateCache cache, @Nullable String only) {
        report(key, cache, only).write(out);
    }

    private XlateReport report(FlowKey key, XlateCache cache, @Nullable String only) {
        Predicate<String> bridges = only == null ? name -> true : only::equals;
        int recircId = (int) Fields.RECIRC_ID.get(key.words());
        return new XlateReport(cache, recircId == 0 ? null : ofproto.frozenState(recircId), bridges);
    }
}
