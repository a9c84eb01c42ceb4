package org.apache.seatunnel.engine.core.checkpoint;

import java.io.Serializable;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/** Checkpoints of one pipeline. Came after 2.3.10. */
public class PipelineCheckpointOverview implements Serializable {

    private final CheckpointCounts counts = new CheckpointCounts();
    private final ArrayList<InProgressCheckpoint> inProgress = new ArrayList<>();
    private final ArrayDeque<CheckpointHistoryEntry> history = new ArrayDeque<>();
    private CheckpointInfo latestCompleted;
    private CheckpointInfo latestFailed;
    private CheckpointInfo latestSavepoint;

    public CheckpointCounts getCounts() {
        return counts;
    }

    public List<InProgressCheckpoint> getInProgress() {
        return inProgress;
    }

    public Deque<CheckpointHistoryEntry> getHistory() {
        return history;
    }

    /** Newest first; keeps at most so many. */
    public void addHistory(CheckpointHistoryEntry entry, int limit) {
        history.addFirst(entry);
        while (history.size() > limit) {
            history.removeLast();
        }
    }

    public CheckpointInfo getLatestCompleted() {
        return latestCompleted;
    }

    public void setLatestCompleted(CheckpointInfo latestCompleted) {
        this.latestCompleted = latestCompleted;
    }

    public CheckpointInfo getLatestFailed() {
        return latestFailed;
    }

    public void setLatestFailed(CheckpointInfo latestFailed) {
        this.latestFailed = latestFailed;
    }

    public CheckpointInfo getLatestSavepoint() {
        return latestSavepoint;
    }

    public void setLatestSavepoint(CheckpointInfo latestSavepoint) {
        this.latestSavepoint = latestSavepoint;
    }
}
