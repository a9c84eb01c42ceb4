import java.util.Map;
import java.util.Set;

/**
 * Where engine-server 2.3.13 expects classes that older modules have elsewhere. All names are
 * internal ones ("org/apache/…").
 */
final class Moves {

    private static final String SEATUNNEL = "org/apache/seatunnel/";
    private static final String SHADED = SEATUNNEL + "shade/";
    private static final String LANG3 = "org/apache/commons/lang3/";
    private static final String JETTY = "org/eclipse/jetty/";

    /** Out of engine-core into engine-common, after 2.3.10. */
    private static final Set<String> TO_ENGINE_COMMON =
            Set.of("JobStatus", "JobStatus$EndState", "JobResult", "JobStatusData");

    /** What connectors of 2.3.8 use under its old name in 2.3.8's API. */
    private static final Map<String, String> FOR_CONNECTORS =
            Map.of(
                    SEATUNNEL + "api/table/catalog/schema/TableSchemaOptions",
                    SEATUNNEL + "api/options/table/TableSchemaOptions",
                    SEATUNNEL + "api/sink/SinkCommonOptions",
                    SEATUNNEL + "api/options/SinkConnectorCommonOptions");

    /** What kind of jar a class is in: a move is for some of them only. */
    enum Kind {
        SEATUNNEL_MODULE,
        CONNECTOR,
        /** A library that 2.3.13 uses in a shaded copy. */
        SHADED_LIBRARY;

        static Kind of(String jar) {
            if (jar.startsWith("connector-")) {
                return CONNECTOR;
            }
            return jar.startsWith("jetty-") || jar.startsWith("commons-lang3-")
                    ? SHADED_LIBRARY
                    : SEATUNNEL_MODULE;
        }
    }

    private Moves() {}

    /** The name that 2.3.13 has for a class; the same name if it did not move. */
    static String newName(String name, Kind kind) {
        String core = SEATUNNEL + "engine/core/job/";
        if (name.startsWith(core) && TO_ENGINE_COMMON.contains(name.substring(core.length()))) {
            return SEATUNNEL + "engine/common/job/" + name.substring(core.length());
        }
        switch (kind) {
            case SEATUNNEL_MODULE:
                return name.startsWith(LANG3) ? SHADED + name : name;
            case SHADED_LIBRARY:
                return name.startsWith(LANG3) || name.startsWith(JETTY) ? SHADED + name : name;
            default:
                return forConnector(name);
        }
    }

    private static String forConnector(String name) {
        int inner = name.indexOf('$');
        String outer = inner < 0 ? name : name.substring(0, inner);
        if (FOR_CONNECTORS.containsKey(outer)) {
            return FOR_CONNECTORS.get(outer) + name.substring(outer.length());
        }
        String events = SEATUNNEL + "api/table/event/";
        if (name.startsWith(events + "handler/")) {
            return SEATUNNEL + "api/table/schema/" + name.substring(events.length());
        }
        return name.startsWith(events)
                ? SEATUNNEL + "api/table/schema/event/" + name.substring(events.length())
                : name;
    }
}
