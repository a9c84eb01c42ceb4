package unjam.engines.jgroups;

import java.util.logging.Level;
import java.util.logging.Logger;

/** Sends events at the node's rate, in a thread of its own. */
final class Sender implements Runnable {

    /** More a second is more than three JVMs on a small machine exchange. */
    static final double MAX_RATE = 10_000;

    private static final Logger LOG = Logger.getLogger(Sender.class.getName());

    /** Between two looks at what is owed, in ms. */
    private static final long TICK_MS = 20;
    /** A freeze must not be followed by a burst: no more than so many seconds are made up for. */
    private static final double MADE_UP_SECONDS = 0.2;
    private static final double NANOS = 1e9;

    private final GroundTruth truth;
    private final Group group;
    private final int eventBytes;

    Sender(GroundTruth truth, Group group, int eventBytes) {
        this.truth = truth;
        this.group = group;
        this.eventBytes = eventBytes;
    }

    @Override
    public void run() {
        double owed = 0;
        long before = System.nanoTime();
        while (!Thread.currentThread().isInterrupted()) {
            long now = System.nanoTime();
            owed += Math.min((now - before) / NANOS, MADE_UP_SECONDS) * truth.getRate();
            before = now;
            for (; owed >= 1; owed--) {
                send();
            }
            try {
                Thread.sleep(TICK_MS);
            } catch (InterruptedException e) {
                return;
            }
        }
    }

    private void send() {
        long before = System.nanoTime();
        Event event = truth.next();
        try {
            group.send(event.message(eventBytes));
        } catch (Exception e) {
            // It counts as sent: the node has given it away.
            LOG.log(Level.WARNING, "event " + event.number() + " could not be sent", e);
        }
        truth.blocked(System.nanoTime() - before);
    }
}
