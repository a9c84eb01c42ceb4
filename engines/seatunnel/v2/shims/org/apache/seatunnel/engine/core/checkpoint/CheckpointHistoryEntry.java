package org.apache.seatunnel.engine.core.checkpoint;

import java.io.Serializable;

/** One line of the history of checkpoints. Came after 2.3.10. */
public class CheckpointHistoryEntry implements Serializable {

    private long jobId;
    private int pipelineId;
    private CheckpointInfo checkpointInfo;

    public long getJobId() {
        return jobId;
    }

    public int getPipelineId() {
        return pipelineId;
    }

    public CheckpointInfo getCheckpointInfo() {
        return checkpointInfo;
    }

    public static CheckpointHistoryEntryBuilder builder() {
        return new CheckpointHistoryEntryBuilder();
    }

    /** Named as the server expects it. */
    public static class CheckpointHistoryEntryBuilder {

        private final CheckpointHistoryEntry built = new CheckpointHistoryEntry();

        public CheckpointHistoryEntryBuilder jobId(long jobId) {
            built.jobId = jobId;
            return this;
        }

        public CheckpointHistoryEntryBuilder pipelineId(int pipelineId) {
            built.pipelineId = pipelineId;
            return this;
        }

        public CheckpointHistoryEntryBuilder checkpointInfo(CheckpointInfo checkpointInfo) {
            built.checkpointInfo = checkpointInfo;
            return this;
        }

        public CheckpointHistoryEntry build() {
            return built;
        }
    }
}
