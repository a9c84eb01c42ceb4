package org.apache.seatunnel.engine.common.exception;

/** Came after 2.3.10: the server throws it when the request may be tried again. */
public class SeaTunnelEngineRetryableException extends SeaTunnelEngineException {

    public SeaTunnelEngineRetryableException(String message) {
        super(message);
    }
}
