package dev.turnout.switchd.rpc;

import java.util.Comparator;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Predicate;

import dev.turnout.switchd.SwitchException;
import dev.turnout.v1.Arbitration;
import dev.turnout.v1.StreamResponse;
import io.grpc.Status;
import org.jspecify.annotations.Nullable;

/**
 * Who is primary: of the controllers of a bridge with an election id above 0, the one with the highest. It alone may change things and send packets;
 * the others may look. Election id 0 stands for an operator, beside the election: he may everything. When the part of a client changes, it is told.
 *
 * <p>Thread rules: changes are serialised by this object's lock, in which clients' queues are filled; reading takes no lock.
 */
final class Elections {
    /** Changed under this object's lock. */
    private final List<StreamClient> clients = new CopyOnWriteArrayList<>();

    /** A client names its bridge and election id, for the first time or anew, and is answered. */
    synchronized void join(StreamClient client, String bridge, long id) {
        if (id != 0 && clients.stream()
                .anyMatch(other -> other != client && other.isOf(bridge) && other.electionId() == id)) {
            throw new SwitchException(SwitchException.Kind.EXISTS, "election id " + Long.toUnsignedString(id)
                    + " is in use by another client of bridge " + bridge);
        }
        String former = client.bridge();
        boolean ledFormer = !former.isEmpty() && primary(former) == client;
        StreamClient formerPrimary = primary(bridge);
        client.join(bridge, id);
        if (!clients.contains(client)) {
            clients.add(client);
        }
        if (ledFormer && !former.equals(bridge)) {
            tellPrimary(former);
        }
        client.offer(arbitration(client));
        StreamClient primary = primary(bridge);
        if (primary != formerPrimary) {
            for (StreamClient other : new StreamClient[]{formerPrimary, primary}) {
                if (other != null && other != client) {
                    other.offer(arbitration(other));
                }
            }
        }
    }

    /** A client is gone; the next one is told that it is primary. */
    synchronized void leave(StreamClient client) {
        String bridge = client.bridge();
        boolean wasPrimary = primary(bridge) == client;
        if (clients.remove(client) && wasPrimary) {
            tellPrimary(bridge);
        }
    }

    private void tellPrimary(String bridge) {
        StreamClient now = primary(bridge);
        if (now != null) {
            now.offer(arbitration(now));
        }
    }

    private StreamResponse arbitration(StreamClient client) {
        StreamClient primary = primary(client.bridge());
        return StreamResponse.newBuilder().setArbitration(Arbitration.newBuilder().setBridge(client.bridge())
                .setElectionId(client.electionId()).setPrimary(leads(client))
                .setPrimaryElectionId(primary == null ? 0 : primary.electionId())).build();
    }

    private @Nullable StreamClient primary(String bridge) {
        return clients.stream().filter(client -> client.isOf(bridge) && client.electionId() != 0)
                .max(Comparator.comparing(StreamClient::electionId, Long::compareUnsigned)).orElse(null);
    }

    /** Whether the client is the primary of its bridge, or stands beside the election. */
    boolean leads(StreamClient client) {
        return client.electionId() == 0 || primary(client.bridge()) == client;
    }

    /**
     * Refuses a change of a bridge by a controller that is not its primary.
     *
     * @param id
     *            the election id that came with the request, 0 for an operator's
     * @throws io.grpc.StatusRuntimeException
     *             with {@code PERMISSION_DENIED}
     */
    void requirePrimary(String bridge, long id) {
        StreamClient primary = primary(bridge);
        if (id != 0 && (primary == null || primary.electionId() != id)) {
            throw Status.PERMISSION_DENIED.withDescription("election id " + Long.toUnsignedString(id)
                    + " is not that of the primary of bridge " + bridge + ", "
                    + (primary == null ? "which has none" : Long.toUnsignedString(primary.electionId())))
                    .asRuntimeException();
        }
    }

    boolean isEmpty() { return clients.isEmpty(); }

    /** Puts a message into the queues of the clients that are meant. */
    void offer(Predicate<StreamClient> to, StreamResponse message) {
        for (StreamClient client : clients) {
            if (to.test(client)) {
                client.offer(message);
            }
        }
    }

    /** Ends all conversations. */
    synchronized void failAll(Status reason) {
        for (StreamClient client : clients) {
            client.fail(reason.asRuntimeException());
        }
        clients.clear();
    }
}
