package unjam.engines.jgroups;

import java.util.Collection;
import java.util.List;

/**
 * What a node needs of JGroups, whatever its generation.
 */
interface Group extends AutoCloseable {

    /** Whom the group tells what happens. Called by JGroups' threads. */
    interface Listener {

        /** A message came, from this node itself too. */
        void received(byte[] message);

        /** The membership changed. */
        void viewChanged(View view);
    }

    /**
     * The membership as this node sees it.
     *
     * @param id differs from view to view, as JGroups writes it
     * @param members their names, the coordinator first
     */
    record View(String id, List<String> members) {

        static final View NONE = new View("", List.of());
    }

    /** Joins the group, or founds it; returns when this node is a member. */
    void join(Listener listener) throws Exception;

    /** Sends a message to all members; waits while flow control holds it back. */
    void send(byte[] message) throws Exception;

    /**
     * Lets JGroups' DISCARD drop everything that comes and goes.
     *
     * @param on false: no longer
     */
    void discardAll(boolean on);

    /**
     * Lets JGroups' DISCARD drop what comes from these members, and from no other.
     *
     * @param names of members that this node has seen
     * @throws IllegalArgumentException for one that it has not
     */
    void discardFrom(Collection<String> names);

    @Override
    void close();
}
