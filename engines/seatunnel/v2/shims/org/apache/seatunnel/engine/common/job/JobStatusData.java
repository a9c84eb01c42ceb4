package org.apache.seatunnel.engine.common.job;

import java.io.Serializable;

/** As in 2.3.10, plus the start time that 2.3.13 adds. */
public class JobStatusData implements Serializable {

    private final Long jobId;
    private final String jobName;
    private final JobStatus jobStatus;
    private final long submitTime;
    private final Long startTime;
    private final Long finishTime;

    public JobStatusData(
            Long jobId,
            String jobName,
            JobStatus jobStatus,
            long submitTime,
            Long startTime,
            Long finishTime) {
        this.jobId = jobId;
        this.jobName = jobName;
        this.jobStatus = jobStatus;
        this.submitTime = submitTime;
        this.startTime = startTime;
        this.finishTime = finishTime;
    }

    public Long getJobId() {
        return jobId;
    }

    public String getJobName() {
        return jobName;
    }

    public JobStatus getJobStatus() {
        return jobStatus;
    }

    public long getSubmitTime() {
        return submitTime;
    }

    public Long getStartTime() {
        return startTime;
    }

    public Long getFinishTime() {
        return finishTime;
    }
}
