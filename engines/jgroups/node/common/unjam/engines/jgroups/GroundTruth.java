package unjam.engines.jgroups;

import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicLong;

/** Counts the events of a node. */
final class GroundTruth implements GroundTruthMBean, Group.Listener {

    private final String node;
    private final Group group;
    private final long startTime = ManagementFactory.getRuntimeMXBean().getStartTime();
    private final AtomicLong sent = new AtomicLong();
    private final AtomicLong blockedNanos = new AtomicLong();
    private volatile double rate;
    private volatile Group.View view = Group.View.NONE;

    /** Guards what follows. */
    private final Object lock = new Object();
    private final Map<String, Counts> senders = new TreeMap<>();
    private final Set<String> discardedSenders = new TreeSet<>();
    private boolean discardingAll;

    private static final class Counts {
        long start;
        long last;
        long received;
        long lost;
        long repeated;
    }

    GroundTruth(String node, Group group) {
        this.node = node;
        this.group = group;
    }

    /** The next event to send. */
    Event next() {
        return new Event(sent.incrementAndGet(), startTime, node);
    }

    /** Sending an event has waited for so long. */
    void blocked(long nanos) {
        blockedNanos.addAndGet(nanos);
    }

    @Override
    public void received(byte[] message) {
        Event event = Event.of(message);
        synchronized (lock) {
            Counts counts = senders.computeIfAbsent(event.sender(), name -> new Counts());
            counts.received++;
            if (counts.start != event.start()) {
                // The first one of this start: what was sent before this node listened is not lost.
                counts.start = event.start();
                counts.last = event.number();
                return;
            }
            if (event.number() <= counts.last) {
                counts.repeated++;
                return;
            }
            counts.lost += event.number() - counts.last - 1;
            counts.last = event.number();
        }
    }

    @Override
    public void viewChanged(Group.View changed) {
        view = changed;
    }

    @Override
    public String getNode() {
        return node;
    }

    @Override
    public long getStartTime() {
        return startTime;
    }

    @Override
    public double getRate() {
        return rate;
    }

    @Override
    public void setRate(double perSecond) {
        if (!(perSecond >= 0 && perSecond <= Sender.MAX_RATE)) {
            throw new IllegalArgumentException("The rate must be 0 to " + Sender.MAX_RATE + " events a second.");
        }
        rate = perSecond;
    }

    @Override
    public long getEventsSent() {
        return sent.get();
    }

    @Override
    public Map<String, Long> getEventsReceived() {
        return bySender(counts -> counts.received);
    }

    @Override
    public Map<String, Long> getEventsLost() {
        Map<String, Long> lost = bySender(counts -> counts.lost);
        lost.values().removeIf(count -> count == 0);
        return lost;
    }

    @Override
    public Map<String, Long> getLastEvents() {
        return bySender(counts -> counts.last);
    }

    @Override
    public Map<String, Long> getEventsRepeated() {
        Map<String, Long> repeated = bySender(counts -> counts.repeated);
        repeated.values().removeIf(count -> count == 0);
        return repeated;
    }

    @Override
    public long getSendBlockedMillis() {
        return blockedNanos.get() / 1_000_000;
    }

    @Override
    public String getViewId() {
        return view.id();
    }

    @Override
    public List<String> getMembers() {
        return view.members();
    }

    @Override
    public List<String> getDiscarding() {
        synchronized (lock) {
            List<String> discarding = new ArrayList<>(discardedSenders);
            if (discardingAll) {
                discarding.add(0, "*");
            }
            return discarding;
        }
    }

    @Override
    public void discardAll() {
        synchronized (lock) {
            group.discardAll(true);
            discardingAll = true;
        }
    }

    @Override
    public void discardFrom(String member) {
        synchronized (lock) {
            Set<String> wanted = new TreeSet<>(discardedSenders);
            wanted.add(member);
            group.discardFrom(wanted);
            discardedSenders.add(member);
        }
    }

    @Override
    public void undiscardFrom(String member) {
        synchronized (lock) {
            if (discardedSenders.remove(member)) {
                group.discardFrom(discardedSenders);
            }
        }
    }

    @Override
    public void undiscard() {
        synchronized (lock) {
            discardedSenders.clear();
            discardingAll = false;
            group.discardFrom(discardedSenders);
            group.discardAll(false);
        }
    }

    private interface Count {
        long of(Counts counts);
    }

    private Map<String, Long> bySender(Count count) {
        synchronized (lock) {
            Map<String, Long> all = new TreeMap<>();
            senders.forEach((name, counts) -> all.put(name, count.of(counts)));
            return all;
        }
    }
}
