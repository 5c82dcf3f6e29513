package dev.turnout.ofproto.classifier;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

import org.jspecify.annotations.Nullable;

/**
 * The prefixes that the rules of a table match on one field, in a path-compressed binary trie with counts. For a packet's value it tells which
 * prefix lengths can match at all, and how many leading bits decide that.
 *
 * <p>Values are 128 bits, aligned to the top: a 32-bit address is the high half of the high word.
 *
 * <p>Thread rules: one writer; readers take no lock. A change is one release store of a child (or the root) that leads to complete nodes, so a
 * reader finds every prefix that was there before and is there after. Counts above zero change in place, readers only ask for "above zero".
 */
final class PrefixTrie {
    private static final VarHandle ZERO;
    private static final VarHandle ONE;
    private static final VarHandle COUNT;

    static {
        try {
            MethodHandles.Lookup lookup = MethodHandles.lookup();
            ZERO = lookup.findVarHandle(Node.class, "zero", Node.class);
            ONE = lookup.findVarHandle(Node.class, "one", Node.class);
            COUNT = lookup.findVarHandle(Node.class, "count", int.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    /** What a lookup found. */
    static final class Result {
        /** Leading bits that decide which prefixes match. */
        int bits;
        private long lengthsLow;
        private long lengthsHigh;

        /** Whether there is a matching prefix of this length, 1 to 128. */
        boolean matches(int length) {
            return ((length <= 64 ? lengthsLow : lengthsHigh) >>> ((length - 1) & 63) & 1) != 0;
        }

        private void clear() {
            bits = 0;
            lengthsLow = 0;
            lengthsHigh = 0;
        }

        private void add(int length) {
            if (length <= 64) {
                lengthsLow |= 1L << (length - 1);
            } else {
                lengthsHigh |= 1L << (length - 65);
            }
        }
    }

    private static final class Node {
        final long high;
        final long low;
        final int length;
        int count;
        /** What goes on with a 0 bit; by ZERO. */
        @SuppressWarnings("unused")
        private @Nullable Node zero;
        /** What goes on with a 1 bit; by ONE. */
        @SuppressWarnings("unused")
        private @Nullable Node one;

        Node(long high, long low, int length, int count) {
            this.high = high & highMask(length);
            this.low = low & lowMask(length);
            this.length = length;
            this.count = count;
        }

        @Nullable
        Node child(int bit) {
            return (Node) (bit == 0 ? ZERO : ONE).getAcquire(this);
        }

        void setChild(int bit, @Nullable Node node) {
            (bit == 0 ? ZERO : ONE).setRelease(this, node);
        }

        /** Leading bits that the value has in common with this prefix, at most its length. */
        int common(long otherHigh, long otherLow) {
            long differenceHigh = high ^ otherHigh;
            int equal = differenceHigh != 0
                    ? Long.numberOfLeadingZeros(differenceHigh)
                    : 64 + Long.numberOfLeadingZeros(low ^ otherLow);
            return Math.min(equal, length);
        }

        boolean isLeaf() {
            return child(0) == null && child(1) == null;
        }
    }

    private final int width;
    /** Stands above the root: the root is its child 0. */
    private final Node top = new Node(0, 0, 0, 0);

    /** An empty trie of a field of that many bits. */
    PrefixTrie(int width) {
        this.width = width;
    }

    static long highMask(int length) {
        return length == 0 ? 0 : length >= 64 ? -1L : -1L << (64 - length);
    }

    static long lowMask(int length) {
        return length <= 64 ? 0 : -1L << (128 - length);
    }

    private static int bit(long high, long low, int position) {
        return (int) ((position < 64 ? high >>> (63 - position) : low >>> (127 - position)) & 1);
    }

    /** Looks a value up. */
    void lookup(long high, long low, Result result) {
        result.clear();
        Node previous = null;
        Node node = top.child(0);
        while (node != null) {
            int equal = node.common(high, low);
            if (equal < node.length) {
                result.bits = equal + 1;
                return;
            }
            if (node.length > 0 && (int) COUNT.getOpaque(node) > 0) {
                result.add(node.length);
            }
            if (node.length >= width) {
                result.bits = width;
                return;
            }
            previous = node;
            node = node.child(bit(high, low, node.length));
        }
        // The branch that the value would take is not there; that there is another one makes the next bit count.
        result.bits = previous == null ? 0 : previous.isLeaf() ? previous.length : previous.length + 1;
    }

    /** Adds a prefix of 1 to {@code width} bits. */
    void add(long high, long low, int length) {
        Node parent = top;
        int branch = 0;
        while (true) {
            Node node = parent.child(branch);
            if (node == null) {
                parent.setChild(branch, new Node(high, low, length, 1));
                return;
            }
            int equal = Math.min(node.common(high, low), length);
            if (equal == node.length && equal == length) {
                COUNT.setOpaque(node, node.count + 1);
                return;
            }
            if (equal == node.length) {
                parent = node;
                branch = bit(high, low, node.length);
                continue;
            }
            Node fork = new Node(high, low, equal, equal == length ? 1 : 0);
            fork.setChild(bit(node.high, node.low, equal), node);
            if (equal < length) {
                fork.setChild(bit(high, low, equal), new Node(high, low, length, 1));
            }
            parent.setChild(branch, fork);
            return;
        }
    }

    /** Takes back one {@link #add}. */
    void remove(long high, long low, int length) {
        Node grandparent = top;
        int parentBranch = 0;
        Node parent = top;
        int branch = 0;
        while (true) {
            Node node = parent.child(branch);
            if (node == null || node.common(high, low) < node.length || node.length > length) {
                throw new IllegalStateException("a prefix is removed that was never added");
            }
            if (node.length == length) {
                COUNT.setOpaque(node, node.count - 1);
                if (node.count == 0) {
                    collapse(parent, branch, node);
                    Node rest = grandparent == parent ? null : parent;
                    if (rest != null && rest.count == 0) {
                        collapse(grandparent, parentBranch, rest);
                    }
                }
                return;
            }
            grandparent = parent;
            parentBranch = branch;
            parent = node;
            branch = bit(high, low, node.length);
        }
    }

    /** Takes a node without count out, unless it has two children. */
    private static void collapse(Node parent, int branch, Node node) {
        Node left = node.child(0);
        Node right = node.child(1);
        if (left == null || right == null) {
            parent.setChild(branch, left == null ? right : left);
        }
    }
}
