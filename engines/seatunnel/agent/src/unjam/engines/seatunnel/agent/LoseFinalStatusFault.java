package unjam.engines.seatunnel.agent;

import java.io.File;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * FAULT for tests: while the flag file exists, this worker does not tell the master how a task ended.
 *
 * <p>The effect is that of the race that operators see: the task is gone, the master waits for its
 * final status forever, and the job stays in CANCELING.
 */
public final class LoseFinalStatusFault {

    private static final Logger LOG = LoggerFactory.getLogger(LoseFinalStatusFault.class);
    private static volatile File flag;

    private LoseFinalStatusFault() {}

    static void useFlagFile(String path) {
        flag = new File(path);
        LOG.warn("FAULT AGENT: final task status is dropped while {} exists", flag);
    }

    /** Whether this final status is to be dropped. Looked up at each call: the switch acts at once. */
    public static boolean drops(Object location, Object state) {
        if (flag == null || !flag.exists()) {
            return false;
        }
        LOG.warn("FAULT AGENT: dropped the final status {} of {}", state, location);
        return true;
    }
}
