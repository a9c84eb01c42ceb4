package unjam.engines.seatunnel.agent;

import static net.bytebuddy.matcher.ElementMatchers.named;
import static net.bytebuddy.matcher.ElementMatchers.takesArgument;
import static net.bytebuddy.matcher.ElementMatchers.takesArguments;

import java.lang.instrument.Instrumentation;
import java.util.Map;
import net.bytebuddy.agent.builder.AgentBuilder;
import net.bytebuddy.asm.Advice;
import net.bytebuddy.description.method.MethodDescription;
import net.bytebuddy.matcher.ElementMatcher;

/**
 * Unjam's test agent for a SeaTunnel Zeta member. Two independent switches, separated by a
 * semicolon:
 *
 * <ul>
 *   <li>{@code lose-final-status=FILE}: while FILE exists, this worker drops the final status of its
 *       tasks ({@link LoseFinalStatusFault}).
 *   <li>{@code force-stop-backport}: adds force stop, a TEST BACK-PORT ({@link
 *       ForceStopTestBackport}).
 * </ul>
 *
 * <p>A switch that finds no place to hook into ends the JVM: a test must never run on an engine that
 * only seems to be prepared.
 */
public final class TestAgent {

    private static final String ENGINE = "org.apache.seatunnel.engine.server.";
    private static final String LOSE = "lose-final-status=";
    private static final String FORCE = "force-stop-backport";

    /** Exit code of a JVM that this agent could not prepare (EX_SOFTWARE of sysexits.h). */
    private static final int CANNOT_PREPARE = 70;

    private TestAgent() {}

    public static void premain(String arguments, Instrumentation instrumentation) {
        for (String argument : (arguments == null ? "" : arguments).split(";")) {
            if (argument.startsWith(LOSE)) {
                LoseFinalStatusFault.useFlagFile(argument.substring(LOSE.length()));
                hook(
                        instrumentation,
                        named(ENGINE + "TaskExecutionService"),
                        named("notifyTaskStatusToMaster").and(takesArguments(2)),
                        LoseFinalStatusAdvice.class);
            } else if (argument.equals(FORCE)) {
                ForceStopTestBackport.announce();
                hook(
                        instrumentation,
                        // REST v1 up to 2.3.8 | REST v1 and v2 share a service since 2.3.9
                        named(ENGINE + "rest.RestHttpPostCommandProcessor")
                                .or(named(ENGINE + "rest.service.BaseService")),
                        named("handleStopJob").and(takesArgument(0, Map.class)),
                        ForceStopAdvice.class);
            } else {
                fail("unknown argument '" + argument + "'", null);
            }
        }
    }

    private static void hook(
            Instrumentation instrumentation,
            ElementMatcher<? super net.bytebuddy.description.type.TypeDescription> type,
            ElementMatcher.Junction<? super MethodDescription> method,
            Class<?> advice) {
        new AgentBuilder.Default()
                .disableClassFormatChanges()
                .type(type)
                .transform(
                        (builder, found, loader, module, domain) -> {
                            if (found.getDeclaredMethods().filter(method).isEmpty()) {
                                // Since 2.3.9 the v1 processor only calls the shared service.
                                if (!found.getSimpleName().equals("RestHttpPostCommandProcessor")) {
                                    fail("nothing to hook in " + found.getName(), null);
                                }
                                return builder;
                            }
                            return builder.visit(Advice.to(advice).on(method));
                        })
                .with(
                        new AgentBuilder.Listener.Adapter() {
                            @Override
                            public void onError(
                                    String name,
                                    ClassLoader loader,
                                    net.bytebuddy.utility.JavaModule module,
                                    boolean loaded,
                                    Throwable cause) {
                                fail("cannot hook into " + name, cause);
                            }
                        })
                .installOn(instrumentation);
    }

    private static void fail(String what, Throwable cause) {
        System.err.println("Unjam's test agent: " + what + ". This engine cannot be used for tests.");
        if (cause != null) {
            cause.printStackTrace();
        }
        Runtime.getRuntime().halt(CANNOT_PREPARE);
    }

    /** Woven into the worker: skips the notification while the fault is on. */
    public static final class LoseFinalStatusAdvice {
        private LoseFinalStatusAdvice() {}

        @Advice.OnMethodEnter(skipOn = Advice.OnNonDefaultValue.class)
        public static boolean enter(
                @Advice.Argument(0) Object location, @Advice.Argument(1) Object state) {
            return LoseFinalStatusFault.drops(location, state);
        }
    }

    /** Woven into the handler of POST /stop-job: takes requests with "force": true. */
    public static final class ForceStopAdvice {
        private ForceStopAdvice() {}

        @Advice.OnMethodEnter(skipOn = Advice.OnNonDefaultValue.class)
        public static boolean enter(
                @Advice.This Object handler, @Advice.Argument(0) Map<?, ?> body) {
            return ForceStopTestBackport.handles(handler, body);
        }
    }
}
