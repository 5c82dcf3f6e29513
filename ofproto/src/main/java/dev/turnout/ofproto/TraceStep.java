package dev.turnout.ofproto;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

import dev.turnout.flow.Json;
import org.jspecify.annotations.Nullable;

/**
 * A step of a trace and what came of it. As text, a table stands on the level of the {@code resubmit} that led to it, and one that is looked up last on
 * that of the table before, since nothing comes back there.
 *
 * <p>Thread rules: one owner.
 */
final class TraceStep {
    private static final String INDENT = "    ";

    /** What is done. */
    sealed interface What {
        /** A line of text. */
        String text();

        /** Members of an object. */
        void write(Json out);
    }

    /** A lookup; null is a miss. */
    record Table(String bridge, int table, @Nullable Rule rule) implements What {
        @Override
        public String text() {
            return String.format("%2d. %s", table, rule == null ? "No match." : RuleText.summary(rule));
        }

        @Override
        public void write(Json out) {
            out.field("type", "table").field("bridge", bridge).field("table", table);
            out.field("matched", rule != null);
            if (rule != null) {
                RuleText.write(out, rule);
            }
        }
    }

    /** An action, as OpenFlow text. */
    record Action(String text) implements What {
        @Override
        public void write(Json out) {
            out.field("type", "action").field("action", text);
        }
    }

    /** The other bridge of a patch port. */
    record Patch(String bridge) implements What {
        @Override
        public String text() {
            return "bridge(\"" + bridge + "\")";
        }

        @Override
        public void write(Json out) {
            out.field("type", "patch").field("bridge", bridge);
        }
    }

    /** The action set, at the end of a pipeline. */
    record ActionSet() implements What {
        @Override
        public String text() {
            return "--. Executing action set:";
        }

        @Override
        public void write(Json out) {
            out.field("type", "action_set");
        }
    }

    /** A bucket of a group. */
    record Bucket(Group group, Group.Bucket bucket) implements What {
        @Override
        public String text() {
            return "group:" + Integer.toUnsignedString(group.number()) + " bucket "
                    + Integer.toUnsignedString(bucket.given().id());
        }

        @Override
        public void write(Json out) {
            out.field("type", "bucket").field("group_id", Integer.toUnsignedLong(group.number()))
                    .field("group_type", group.type().keyword())
                    .field("bucket", Integer.toUnsignedLong(bucket.given().id()));
        }
    }

    /** Actions on a copy. */
    record Copy(String text) implements What {
        @Override
        public void write(Json out) {
            out.field("type", "copy").field("copy", text);
        }
    }

    /** What a recirculated packet goes on with. */
    record Resume() implements What {
        @Override
        public String text() {
            return "resume";
        }

        @Override
        public void write(Json out) {
            out.field("type", "resume");
        }
    }

    /** The packet will come back. */
    record Recirculation(int id) implements What {
        @Override
        public String text() {
            return " >> recirc(0x" + Integer.toHexString(id) + ")";
        }

        @Override
        public void write(Json out) {
            out.field("type", "recirculation").field("recirc_id", Integer.toUnsignedLong(id));
        }
    }

    /** What an action did, or why it did nothing. */
    record Note(String remark) implements What {
        @Override
        public String text() {
            return " >> " + remark;
        }

        @Override
        public void write(Json out) {
            out.field("type", "note").field("note", remark);
        }
    }

    /** The whole packet is dropped. */
    record Drop(XlateDrop reason) implements What {
        @Override
        public String text() {
            return " >> " + reason.meaning() + ": the packet is dropped";
        }

        @Override
        public void write(Json out) {
            out.field("type", "drop").field("reason", reason.meaning());
        }
    }

    /** Is shown steps in their order, each between {@link #begin} and {@link #end}, with what comes of it in between. */
    private interface Viewer {
        /**
         * A step.
         *
         * @param level
         *            of text
         * @param leads
         *            whether anything comes of it
         */
        void begin(TraceStep step, int level, boolean leads);

        void end(boolean leads);
    }

    /** A list of steps that is being shown. */
    private static final class Cursor {
        final List<TraceStep> steps;
        final int end;
        final int level;
        /** Whether they come of an action. */
        final boolean ofAction;
        /** Whether what comes last of the last step has been shown elsewhere. */
        final boolean cut;
        int next;
        /** A table that is shown next, since the one before ended with it. */
        @Nullable
        TraceStep tail;

        Cursor(List<TraceStep> steps, int end, int level, boolean ofAction, boolean cut) {
            this.steps = steps;
            this.end = end;
            this.level = level;
            this.ofAction = ofAction;
            this.cut = cut;
        }
    }

    final What what;
    final List<TraceStep> steps = new ArrayList<>(2);

    TraceStep(What what) {
        this.what = what;
    }

    /** Adds a step that comes of this one. */
    TraceStep add(What next) {
        TraceStep step = new TraceStep(next);
        steps.add(step);
        return step;
    }

    boolean isTable() {
        return what instanceof Table;
    }

    /** The table that a table ends with, or null. */
    private @Nullable TraceStep tail() {
        if (!isTable() || steps.isEmpty() || !(steps.getLast().what instanceof Action)) {
            return null;
        }
        List<TraceStep> last = steps.getLast().steps;
        return last.isEmpty() || !last.getLast().isTable() ? null : last.getLast();
    }

    /** Shows steps; without recursion, since a walk may be thousands of tables deep. */
    private static void show(List<TraceStep> steps, Viewer viewer) {
        Deque<Cursor> open = new ArrayDeque<>();
        open.push(new Cursor(steps, steps.size(), 0, false, false));
        while (true) {
            Cursor at = open.getFirst();
            TraceStep step = at.tail;
            boolean isTail = step != null;
            if (step == null) {
                if (at.next == at.end) {
                    open.pop();
                    if (open.isEmpty()) {
                        return;
                    }
                    viewer.end(at.end > 0);
                    continue;
                }
                step = at.steps.get(at.next++);
            }
            at.tail = step.tail();
            boolean isCut = at.cut && !isTail && at.next == at.end;
            int count = step.steps.size() - (isCut ? 1 : 0);
            int level = at.level - (at.ofAction && step.isTable() ? 1 : 0);
            viewer.begin(step, level, count > 0);
            open.push(new Cursor(step.steps, count, level + 1, step.what instanceof Action, at.tail != null));
        }
    }

    /** Appends lines. */
    static void append(StringBuilder out, List<TraceStep> steps) {
        show(steps, new Viewer() {
            @Override
            public void begin(TraceStep step, int level, boolean leads) {
                out.append(INDENT.repeat(level)).append(step.what.text()).append('\n');
                if (step.isTable() && !leads) {
                    out.append(INDENT.repeat(level + 1)).append("drop\n");
                }
            }

            @Override
            public void end(boolean leads) {
                // a line has no end
            }
        });
    }

    /** Writes an array of objects; what comes of a step is the array {@code steps} in it. */
    static void write(Json out, List<TraceStep> steps) {
        out.array();
        show(steps, new Viewer() {
            @Override
            public void begin(TraceStep step, int level, boolean leads) {
                step.what.write(out.object());
                if (leads) {
                    out.name("steps").array();
                }
            }

            @Override
            public void end(boolean leads) {
                if (leads) {
                    out.endArray();
                }
                out.endObject();
            }
        });
        out.endArray();
    }
}
