package org.apache.seatunnel.engine.common.job;

import org.apache.seatunnel.api.event.Event;
import org.apache.seatunnel.api.event.EventType;

/** Came after 2.3.10: the server makes one at each change of a job's state, for event reports. */
public class JobStateEvent implements Event {

    private final long createdTime = System.currentTimeMillis();
    private String jobId;
    private final String jobName;
    private final JobStatus jobStatus;

    public JobStateEvent(Long jobId, String jobName, JobStatus jobStatus) {
        this.jobId = String.valueOf(jobId);
        this.jobName = jobName;
        this.jobStatus = jobStatus;
    }

    @Override
    public long getCreatedTime() {
        return createdTime;
    }

    @Override
    public String getJobId() {
        return jobId;
    }

    @Override
    public void setJobId(String jobId) {
        this.jobId = jobId;
    }

    /** 2.3.10 has no type for this event, and no report is configured that would ask for it. */
    @Override
    public EventType getEventType() {
        return null;
    }

    @Override
    public String toString() {
        return "JobStateEvent(" + jobId + ", " + jobName + ", " + jobStatus + ")";
    }
}
