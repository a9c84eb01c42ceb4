import com.hazelcast.instance.impl.HazelcastInstanceImpl;
import org.apache.seatunnel.engine.common.config.ConfigProvider;
import org.apache.seatunnel.engine.common.config.SeaTunnelConfig;
import org.apache.seatunnel.engine.server.SeaTunnelServerStarter;

/**
 * Starts one member of a SeaTunnel Zeta cluster in this JVM: {@code ZetaMember master} or
 * {@code ZetaMember worker}.
 *
 * <p>Hazelcast's own threads keep the JVM alive, and let it end when the member is shut down.
 *
 * <p>It does what {@code seatunnel-cluster.sh -r master|worker} does; it exists because the module
 * with that command's main class (seatunnel-starter) is not on Maven Central.
 */
public final class ZetaMember {

    private ZetaMember() {}

    public static void main(String[] args) {
        SeaTunnelConfig config = ConfigProvider.locateAndGetSeaTunnelConfig();
        HttpSettings.apply(config.getEngineConfig());
        // Hazelcast exports the numbers that telemetry reads only if its JMX support is on.
        config.getHazelcastConfig().getProperties().setProperty("hazelcast.jmx", "true");

        String role = args.length == 1 ? args[0] : "";
        switch (role) {
            case "master":
                HazelcastInstanceImpl master =
                        SeaTunnelServerStarter.createMasterHazelcastInstance(config);
                SeaTunnelServerStarter.initTelemetryInstance(master.node);
                break;
            case "worker":
                SeaTunnelServerStarter.createWorkerHazelcastInstance(config);
                break;
            default:
                System.err.println("ZetaMember: give one role, master or worker");
                System.exit(64);
        }
    }
}
