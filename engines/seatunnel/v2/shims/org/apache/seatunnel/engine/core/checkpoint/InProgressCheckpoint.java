package org.apache.seatunnel.engine.core.checkpoint;

import java.io.Serializable;

/** A checkpoint that has not ended yet; time in ms since 1970. Came after 2.3.10. */
public class InProgressCheckpoint implements Serializable {

    private final long checkpointId;
    private final CheckpointType checkpointType;
    private final long triggerTimestamp;
    private int acknowledgedSubtasks;
    private int totalSubtasks;

    public InProgressCheckpoint(
            long checkpointId,
            CheckpointType checkpointType,
            long triggerTimestamp,
            int acknowledgedSubtasks,
            int totalSubtasks) {
        this.checkpointId = checkpointId;
        this.checkpointType = checkpointType;
        this.triggerTimestamp = triggerTimestamp;
        this.acknowledgedSubtasks = acknowledgedSubtasks;
        this.totalSubtasks = totalSubtasks;
    }

    public long getCheckpointId() {
        return checkpointId;
    }

    public CheckpointType getCheckpointType() {
        return checkpointType;
    }

    public long getTriggerTimestamp() {
        return triggerTimestamp;
    }

    public int getAcknowledgedSubtasks() {
        return acknowledgedSubtasks;
    }

    public int getTotalSubtasks() {
        return totalSubtasks;
    }

    public void setAcknowledgedSubtasks(int acknowledgedSubtasks) {
        this.acknowledgedSubtasks = acknowledgedSubtasks;
    }

    public void setTotalSubtasks(int totalSubtasks) {
        this.totalSubtasks = totalSubtasks;
    }
}
