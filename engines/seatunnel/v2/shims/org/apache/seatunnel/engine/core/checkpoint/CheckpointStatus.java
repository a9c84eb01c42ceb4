package org.apache.seatunnel.engine.core.checkpoint;

/** How a checkpoint ended. Came after 2.3.10. */
public enum CheckpointStatus {
    COMPLETED,
    FAILED,
    CANCELED
}
