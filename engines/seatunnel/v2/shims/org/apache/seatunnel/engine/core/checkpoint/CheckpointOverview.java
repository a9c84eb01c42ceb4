package org.apache.seatunnel.engine.core.checkpoint;

import java.io.Serializable;
import java.util.HashMap;
import java.util.Map;

/** Checkpoints of one job, by pipeline. Came after 2.3.10. */
public class CheckpointOverview implements Serializable {

    private final long jobId;
    private final HashMap<Integer, PipelineCheckpointOverview> pipelines = new HashMap<>();
    private long updatedAt;

    public CheckpointOverview(long jobId) {
        this.jobId = jobId;
    }

    public long getJobId() {
        return jobId;
    }

    public long getUpdatedAt() {
        return updatedAt;
    }

    public void setUpdatedAt(long updatedAt) {
        this.updatedAt = updatedAt;
    }

    public Map<Integer, PipelineCheckpointOverview> getPipelines() {
        return pipelines;
    }

    public PipelineCheckpointOverview getOrCreatePipeline(int pipelineId) {
        return pipelines.computeIfAbsent(pipelineId, id -> new PipelineCheckpointOverview());
    }
}
