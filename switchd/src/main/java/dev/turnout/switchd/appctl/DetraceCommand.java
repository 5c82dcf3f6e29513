package dev.turnout.switchd.appctl;

import java.util.List;

import dev.turnout.flow.DatapathActions;
import dev.turnout.flow.DatapathFlowText;
import dev.turnout.flow.DpAction;
import dev.turnout.flow.Json;
import dev.turnout.ofproto.Detracer;
import dev.turnout.ofproto.XlateCache;
import dev.turnout.switchd.SwitchException;
import dev.turnout.switchd.TurnoutSwitch;
import dev.turnout.upcall.DatapathFlow;
import dev.turnout.upcall.Translation;
import dev.turnout.upcall.UkeyId;
import org.jspecify.annotations.Nullable;

/**
 * {@code ofproto/detrace}: from a megaflow back to what it was made of.
 *
 * <p>Thread rules: any thread.
 */
final class DetraceCommand {
    private final TurnoutSwitch turnout;

    DetraceCommand(TurnoutSwitch turnout) {
        this.turnout = turnout;
    }

    /** Arguments: the bridge to report about, if one only, and the megaflow's id. */
    String run(List<String> arguments, boolean json) {
        String ufid = arguments.getLast();
        @Nullable
        String bridge = arguments.size() > 1 ? turnout.bridge(arguments.getFirst()).name() : null;
        UkeyId id = UkeyId.parse(ufid);
        if (id == null) {
            throw SwitchException.invalid("\"" + ufid + "\" is not a megaflow's id; expected one as \"dpctl/dump-flows"
                    + " -m\" prints it, ufid:XXXXXXXX-XXXX-XXXX-XXXX-XXXXXXXXXXXX");
        }
        String text = turnout.upcalls().inspect(id,
                (flow, translation) -> json ? json(flow, translation, bridge) : text(flow, translation, bridge));
        if (text == null) {
            throw SwitchException.notFound("no megaflow has the id " + id);
        }
        return text;
    }

    private static XlateCache cache(DatapathFlow flow, Translation translation) {
        XlateCache cache = translation.cache();
        if (cache == null) {
            throw new SwitchException(SwitchException.Kind.PRECONDITION,
                    "megaflow " + flow.id() + " was not made by OpenFlow tables");
        }
        return cache;
    }

    private String text(DatapathFlow flow, Translation translation, @Nullable String bridge) {
        String uses = new Detracer(turnout.ofproto()).text(flow.key(), cache(flow, translation), bridge);
        if (uses.isEmpty() && bridge != null) {
            throw SwitchException.notFound("megaflow " + flow.id() + " uses nothing of bridge " + bridge);
        }
        return "Megaflow: " + DatapathFlowText.key(flow.key(), flow.mask()) + ", "
                + DatapathFlowText.stats(flow.packets(), flow.bytes(), flow.ageNs(), flow.tcpFlags()) + "\n"
                + "Datapath actions: " + DatapathFlowText.actions(flow.actions()) + "\n" + uses;
    }

    private String json(DatapathFlow flow, Translation translation, @Nullable String bridge) {
        Json out = new Json().object().field("ufid", flow.id().toString()).field("thread", flow.thread())
                .field("megaflow", DatapathFlowText.key(flow.key(), flow.mask())).field("packets", flow.packets())
                .field("bytes", flow.bytes()).name("datapath_actions").array();
        for (DpAction action : flow.actions().actions()) {
            out.value(DatapathFlowText.actions(new DatapathActions(List.of(action))));
        }
        new Detracer(turnout.ofproto()).write(out.endArray().name("uses"), flow.key(), cache(flow, translation),
                bridge);
        return out.endObject() + "\n";
    }
}
