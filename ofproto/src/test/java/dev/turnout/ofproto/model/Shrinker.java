package dev.turnout.ofproto.model;

import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.function.UnaryOperator;

import dev.turnout.ofproto.Bridge;
import dev.turnout.openflow.FlowCommand;
import dev.turnout.openflow.FlowFilter;
import dev.turnout.openflow.FlowMod;
import dev.turnout.openflow.GroupBucket;
import dev.turnout.openflow.GroupMod;
import dev.turnout.openflow.OfAction;
import dev.turnout.openflow.TableMod;

/**
 * Makes a pipeline that fails small, for whoever has to understand it: takes flows, then single actions and buckets away, as long as it still fails and
 * there is time.
 */
final class Shrinker {
    private static final long LIMIT_NS = 20_000_000_000L;

    private final RandomPipeline pipeline;
    private final BooleanSupplier fails;
    private final long endNs = System.nanoTime() + LIMIT_NS;
    private boolean shrunk;

    private Shrinker(RandomPipeline pipeline, BooleanSupplier fails) {
        this.pipeline = pipeline;
        this.fails = fails;
    }

    /** Shrinks a pipeline in place; afterwards {@code fails} is still true. */
    static void shrink(RandomPipeline pipeline, BooleanSupplier fails) {
        Shrinker shrinker = new Shrinker(pipeline, fails);
        do {
            shrinker.shrunk = false;
            for (Bridge bridge : pipeline.ofproto.bridges()) {
                shrinker.flows(bridge);
                shrinker.groups(bridge);
            }
        } while (shrinker.shrunk && System.nanoTime() - shrinker.endNs < 0);
    }

    private void flows(Bridge bridge) {
        for (FlowMod flow : flowsOf(bridge)) {
            FlowMod gone = flow.toBuilder().command(FlowCommand.DELETE_STRICT).cookie(0).actions(List.of()).build();
            attempt(bridge, gone, flow);
        }
        for (FlowMod flow : flowsOf(bridge)) {
            actions(flow.actions(), fewer -> attempt(bridge, flow.toBuilder().actions(fewer).build(), flow));
        }
    }

    private static List<FlowMod> flowsOf(Bridge bridge) {
        return bridge.flows(FlowFilter.ALL).stream()
                .map(flow -> FlowMod.builder(FlowCommand.ADD).table(flow.table()).priority(flow.priority())
                        .match(flow.match()).cookie(flow.cookie()).flags(flow.flags()).actions(flow.actions()).build())
                .toList();
    }

    /** Something that can be tried; whether it still fails. */
    private interface Attempt {
        boolean of(List<OfAction> fewer);
    }

    /** Takes actions away one by one, and opens copies. */
    private static void actions(List<OfAction> all, Attempt attempt) {
        List<OfAction> left = new ArrayList<>(all);
        for (int i = left.size() - 1; i >= 0; i--) {
            List<OfAction> without = new ArrayList<>(left);
            OfAction gone = without.remove(i);
            if (attempt.of(without)) {
                left = without;
            } else if (gone instanceof OfAction.Clone(List<OfAction> nested)) {
                List<OfAction> opened = new ArrayList<>(without);
                opened.addAll(i, nested);
                if (attempt.of(opened)) {
                    left = opened;
                    i += nested.size();
                }
            }
        }
    }

    private void groups(Bridge bridge) {
        for (GroupMod group : bridge.groups(GroupMod.ALL_GROUPS)) {
            if (!attempt(bridge, GroupMod.delete(group.group()), group)) {
                GroupMod now = group;
                for (int i = group.buckets().size() - 1; i >= 0; i--) {
                    int index = i;
                    GroupMod fewer = with(now, buckets -> {
                        List<GroupBucket> left = new ArrayList<>(buckets);
                        left.remove(index);
                        return left;
                    });
                    now = attempt(bridge, modify(fewer), modify(now)) ? fewer : now;
                }
            }
        }
    }

    private static GroupMod with(GroupMod group, UnaryOperator<List<GroupBucket>> change) {
        return GroupMod.add(group.group(), group.type(), group.selection(), change.apply(group.buckets()));
    }

    private static GroupMod modify(GroupMod to) {
        return new GroupMod(GroupMod.Command.MODIFY, to.group(), to.type(), GroupMod.ALL_BUCKETS, to.selection(),
                to.buckets());
    }

    /** Makes a change; takes it back unless it still fails. */
    private boolean attempt(Bridge bridge, TableMod change, TableMod back) {
        if (System.nanoTime() - endNs >= 0) {
            return false;
        }
        List<FlowMod> before = flowsOf(bridge);
        boolean isDone = bridge.apply(List.of(change), true).getFirst().isOk();
        pipeline.remodel();
        if (isDone && fails.getAsBoolean()) {
            shrunk = true;
            return true;
        }
        if (isDone) {
            bridge.apply(List.of(back), true);
            List<FlowMod> lost = new ArrayList<>(before);
            lost.removeAll(flowsOf(bridge)); // with a group, or with what learned them
            bridge.apply(lost, false);
            pipeline.remodel();
        }
        return false;
    }
}
