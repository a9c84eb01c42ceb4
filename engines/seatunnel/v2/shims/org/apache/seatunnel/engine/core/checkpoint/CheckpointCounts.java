package org.apache.seatunnel.engine.core.checkpoint;

import java.io.Serializable;

/** How many checkpoints a pipeline had. Came after 2.3.10. */
public class CheckpointCounts implements Serializable {

    private long triggered;
    private long completed;
    private long failed;
    private long inProgress;
    private long restored;

    public long getTriggered() {
        return triggered;
    }

    public long getCompleted() {
        return completed;
    }

    public long getFailed() {
        return failed;
    }

    public long getInProgress() {
        return inProgress;
    }

    public long getRestored() {
        return restored;
    }

    public void setInProgress(long inProgress) {
        this.inProgress = inProgress;
    }

    public void incrementTriggered() {
        triggered++;
    }

    public void incrementCompleted() {
        completed++;
        ended();
    }

    public void incrementFailed() {
        failed++;
        ended();
    }

    public void incrementInProgress() {
        inProgress++;
    }

    public void incrementRestored() {
        restored++;
    }

    private void ended() {
        inProgress = Math.max(0, inProgress - 1);
    }
}
