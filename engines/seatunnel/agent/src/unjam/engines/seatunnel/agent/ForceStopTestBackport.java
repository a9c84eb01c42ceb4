package unjam.engines.seatunnel.agent;

import java.util.List;
import java.util.Map;
import java.util.concurrent.Executor;
import java.util.concurrent.Future;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * TEST BACK-PORT of force stop: {@code POST stop-job {"jobId":"…","force":true}}.
 *
 * <p>SeaTunnel has it in its development version only (pull request 10075, documented for 3.0); no
 * release on Maven Central does. This is our own code after that documentation, for tests of Unjam
 * against a real engine. It is not SeaTunnel's implementation and proves nothing about it.
 *
 * <ul>
 *   <li>A job that was not scheduled yet becomes CANCELED.
 *   <li>Any other job becomes CANCELING (a running savepoint keeps its state), and every task that
 *       has not ended is told to cancel and marked CANCELED without waiting for the worker's word.
 *   <li>Force overrides isStopWithSavePoint. The answer means "received", for unknown jobs too.
 * </ul>
 */
public final class ForceStopTestBackport {

    private static final Logger LOG = LoggerFactory.getLogger(ForceStopTestBackport.class);

    /** States before a job is scheduled: it has no task anywhere yet. PENDING came after 2.3.8. */
    private static final List<String> NOT_SCHEDULED = List.of("INITIALIZING", "CREATED", "PENDING");

    private ForceStopTestBackport() {}

    static void announce() {
        LOG.warn(
                "TEST BACK-PORT: force stop is added by Unjam's test agent; no released SeaTunnel on"
                        + " Maven has it");
    }

    /**
     * Handles a stop request that asks for force.
     *
     * @param handler the engine's REST handler, which knows the server
     * @param body the request, as the engine parsed it
     * @return false if the engine itself has to handle the request (no force, or no job id)
     * @throws IllegalArgumentException for a request at a member that is not the active master; the
     *     engine answers it as 400
     */
    public static boolean handles(Object handler, Map<?, ?> body) {
        Object force = body.get("force");
        Object id = body.get("jobId");
        if (force == null || id == null || !Boolean.parseBoolean(force.toString())) {
            return false;
        }
        long jobId = Long.parseLong(id.toString());
        Object server = serverOf(handler);
        if (!(Boolean) Reflect.call(server, "isMasterNode")) {
            throw new IllegalArgumentException(
                    "TEST BACK-PORT: this member is not the active master: send force stop to it");
        }
        Object coordinator = Reflect.call(server, "getCoordinatorService");
        Object job = ((Map<?, ?>) Reflect.field(coordinator, "runningJobMasterMap")).get(jobId);
        if (job == null) {
            LOG.warn("TEST BACK-PORT: force stop of job {}, which is not running here", jobId);
            return true;
        }
        // In the background, as the engine does with a plain cancel: the answer means "received".
        ((Executor) Reflect.field(coordinator, "executorService")).execute(() -> stop(jobId, job));
        return true;
    }

    private static Object serverOf(Object handler) {
        // REST v1 of 2.3.8 finds the server itself; since 2.3.9 the question is "the master's one?".
        return Reflect.has(handler, "getSeaTunnelServer", 0)
                ? Reflect.call(handler, "getSeaTunnelServer")
                : Reflect.call(handler, "getSeaTunnelServer", false);
    }

    private static void stop(long jobId, Object jobMaster) {
        try {
            Object plan = Reflect.call(jobMaster, "getPhysicalPlan");
            Enum<?> state = (Enum<?>) Reflect.call(plan, "getJobStatus");
            LOG.warn("TEST BACK-PORT: force stop of job {} in state {}", jobId, state);
            if ((Boolean) Reflect.call(state, "isEndState")) {
                return;
            }
            if (NOT_SCHEDULED.contains(state.name())) {
                Reflect.call(plan, "updateJobState", Reflect.constant(state, "CANCELED"));
                return;
            }
            Reflect.call(jobMaster, "neverNeedRestore");
            if (!state.name().equals("DOING_SAVEPOINT")) {
                Reflect.call(plan, "updateJobState", Reflect.constant(state, "CANCELING"));
            }
            for (Object pipeline : (List<?>) Reflect.call(plan, "getPipelineList")) {
                cancelTasks((List<?>) Reflect.call(pipeline, "getCoordinatorVertexList"));
                cancelTasks((List<?>) Reflect.call(pipeline, "getPhysicalVertexList"));
            }
        } catch (RuntimeException e) {
            LOG.error("TEST BACK-PORT: force stop of job " + jobId + " failed", e);
        }
    }

    private static void cancelTasks(List<?> tasks) {
        for (Object task : tasks) {
            // The engine changes a task's state under this lock as well.
            synchronized (task) {
                Enum<?> state = (Enum<?>) Reflect.call(task, "getExecutionState");
                if ((Boolean) Reflect.call(state, "isEndState")) {
                    continue;
                }
                Reflect.call(task, "noticeTaskExecutionServiceCancel");
                if (!((Future<?>) Reflect.field(task, "taskFuture")).isDone()) {
                    Reflect.call(task, "updateTaskState", Reflect.constant(state, "CANCELED"));
                }
            }
        }
    }
}
