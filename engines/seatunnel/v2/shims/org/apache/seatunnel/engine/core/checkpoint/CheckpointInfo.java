package org.apache.seatunnel.engine.core.checkpoint;

import java.io.Serializable;

/** One ended checkpoint; times in ms since 1970. Came after 2.3.10. */
public class CheckpointInfo implements Serializable {

    private long checkpointId;
    private CheckpointType checkpointType;
    private CheckpointStatus status;
    private long triggerTimestamp;
    private Long completedTimestamp;
    private Long durationMillis;
    private long stateSize;
    private String failureReason;

    public long getCheckpointId() {
        return checkpointId;
    }

    public CheckpointType getCheckpointType() {
        return checkpointType;
    }

    public CheckpointStatus getStatus() {
        return status;
    }

    public long getTriggerTimestamp() {
        return triggerTimestamp;
    }

    public Long getCompletedTimestamp() {
        return completedTimestamp;
    }

    public Long getDurationMillis() {
        return durationMillis;
    }

    public long getStateSize() {
        return stateSize;
    }

    public String getFailureReason() {
        return failureReason;
    }

    public static CheckpointInfoBuilder builder() {
        return new CheckpointInfoBuilder();
    }

    /** Named as the server expects it. */
    public static class CheckpointInfoBuilder {

        private final CheckpointInfo built = new CheckpointInfo();

        public CheckpointInfoBuilder checkpointId(long checkpointId) {
            built.checkpointId = checkpointId;
            return this;
        }

        public CheckpointInfoBuilder checkpointType(CheckpointType checkpointType) {
            built.checkpointType = checkpointType;
            return this;
        }

        public CheckpointInfoBuilder status(CheckpointStatus status) {
            built.status = status;
            return this;
        }

        public CheckpointInfoBuilder triggerTimestamp(long triggerTimestamp) {
            built.triggerTimestamp = triggerTimestamp;
            return this;
        }

        public CheckpointInfoBuilder completedTimestamp(Long completedTimestamp) {
            built.completedTimestamp = completedTimestamp;
            return this;
        }

        public CheckpointInfoBuilder durationMillis(Long durationMillis) {
            built.durationMillis = durationMillis;
            return this;
        }

        public CheckpointInfoBuilder stateSize(long stateSize) {
            built.stateSize = stateSize;
            return this;
        }

        public CheckpointInfoBuilder failureReason(String failureReason) {
            built.failureReason = failureReason;
            return this;
        }

        public CheckpointInfo build() {
            return built;
        }
    }
}
