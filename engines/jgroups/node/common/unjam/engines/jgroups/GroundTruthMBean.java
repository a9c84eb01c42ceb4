package unjam.engines.jgroups;

import java.util.List;
import java.util.Map;

/**
 * What really happened to the events, counted by the node itself and not by JGroups. Every count is since this node's
 * start; "sender" is a node's name.
 */
public interface GroundTruthMBean {

    /** ObjectName, apart from JGroups' own domain. */
    String NAME = "unjam.engines:type=GroundTruth";

    String getNode();

    /** When this process started, in ms since 1970. */
    long getStartTime();

    /** Events a second that this node sends. */
    double getRate();

    void setRate(double perSecond);

    /** Events that this node has handed to JGroups. */
    long getEventsSent();

    /** Events that JGroups has delivered, by sender; this node itself among them. */
    Map<String, Long> getEventsReceived();

    /**
     * Events that never came although later ones of the same sender and the same start did, by sender. JGroups keeps a
     * sender's order, so that these are lost for good. What a restarted sender had not delivered before is not in it.
     */
    Map<String, Long> getEventsLost();

    /**
     * The number of the newest event delivered, by sender. A sender's EventsSent minus this is what it has sent and this
     * node has not got yet.
     */
    Map<String, Long> getLastEvents();

    /** Events that came although a later one was there already, by sender: should stay empty. */
    Map<String, Long> getEventsRepeated();

    /** For how long sending has waited for JGroups, in ms. */
    long getSendBlockedMillis();

    /** As JGroups writes it; changes with every change of the membership. */
    String getViewId();

    /** Names of the members that this node sees, the coordinator first. */
    List<String> getMembers();

    /** What DISCARD drops: names of senders, or "*" for everything that comes and goes. */
    List<String> getDiscarding();

    /** Drops everything that comes and goes. */
    void discardAll();

    /** Drops what comes from one more member. */
    void discardFrom(String member);

    /** Drops nothing from that member any more; everything else that is dropped stays so. */
    void undiscardFrom(String member);

    /** Drops nothing any more. */
    void undiscard();
}
