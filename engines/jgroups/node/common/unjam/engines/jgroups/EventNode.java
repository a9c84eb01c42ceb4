package unjam.engines.jgroups;

import java.io.IOException;
import java.io.Reader;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Properties;
import javax.management.JMException;
import javax.management.ObjectName;

/** A node of the test cluster: exchanges events with the others and counts what really arrives. */
final class EventNode {

    private EventNode() { }

    /**
     * What a node is told.
     *
     * @param name the node's
     * @param channel the cluster's name in JGroups and in its MBeans
     * @param stack file with JGroups' protocol stack
     * @param controlPort where {@link Control} listens
     * @param eventBytes size of an event
     */
    record Settings(String name, String channel, String stack, int controlPort, int eventBytes) {

        /** Reads them from a properties file. */
        static Settings of(String file) throws IOException {
            Properties properties = new Properties();
            try (Reader reader = Files.newBufferedReader(Path.of(file))) {
                properties.load(reader);
            }
            return new Settings(
                    properties.getProperty("name"),
                    properties.getProperty("channel"),
                    properties.getProperty("stack"),
                    Integer.parseInt(properties.getProperty("controlPort")),
                    Integer.parseInt(properties.getProperty("eventBytes")));
        }
    }

    /** Joins the group and exchanges events until the process ends. */
    static void run(Settings settings, Group group) throws Exception {
        GroundTruth truth = new GroundTruth(settings.name(), group);
        register(truth);
        Thread sender = new Thread(new Sender(truth, group, settings.eventBytes()), "event-sender");
        Runtime.getRuntime().addShutdownHook(new Thread(() -> {
            sender.interrupt();
            group.close();
        }, "leave-group"));
        group.join(truth);
        // Only a member answers: whoever starts nodes waits for this.
        new Control(settings.controlPort(), truth);
        sender.start();
    }

    private static void register(GroundTruth truth) throws JMException {
        ManagementFactory.getPlatformMBeanServer().registerMBean(truth, new ObjectName(GroundTruthMBean.NAME));
    }
}
