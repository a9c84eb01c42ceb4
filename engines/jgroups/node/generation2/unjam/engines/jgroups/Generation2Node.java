package unjam.engines.jgroups;

import java.io.File;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jgroups.Address;
import org.jgroups.JChannel;
import org.jgroups.Message;
import org.jgroups.ReceiverAdapter;
import org.jgroups.jmx.JmxConfigurator;
import org.jgroups.protocols.DISCARD;

/** A node on JGroups 2.x. */
public final class Generation2Node implements Group {

    private final EventNode.Settings settings;
    private final JChannel channel;
    private final DISCARD discard;
    private final Map<String, Address> seen = new ConcurrentHashMap<>();
    private volatile Set<String> discarded = Set.of();

    private Generation2Node(EventNode.Settings settings) throws Exception {
        this.settings = settings;
        channel = new JChannel(new File(settings.stack()));
        channel.setName(settings.name());
        discard = (DISCARD) channel.getProtocolStack().findProtocol(DISCARD.class);
    }

    /** Argument: the file with the node's settings. */
    public static void main(String[] arguments) throws Exception {
        EventNode.Settings settings = EventNode.Settings.of(arguments[0]);
        EventNode.run(settings, new Generation2Node(settings));
    }

    @Override
    public void join(Listener listener) throws Exception {
        channel.setReceiver(new ReceiverAdapter() {
            @Override
            public void receive(Message message) {
                int offset = message.getOffset();
                listener.received(Arrays.copyOfRange(message.getRawBuffer(), offset, offset + message.getLength()));
            }

            @Override
            public void viewAccepted(org.jgroups.View view) {
                List<String> members = new ArrayList<>();
                // A plain loop: the view's own list is a Vector whose stream is empty.
                for (Address member : view.getMembers()) {
                    members.add(member.toString());
                    seen.put(member.toString(), member);
                }
                // DISCARD forgets whoever is not in the view; a cut network does not mend by that.
                applyDiscarded();
                listener.viewChanged(new View(view.getVid().toString(), members));
            }
        });
        channel.connect(settings.channel());
        JmxConfigurator.registerChannel(
                channel, ManagementFactory.getPlatformMBeanServer(), "jgroups", settings.channel(), true);
    }

    @Override
    public void send(byte[] message) throws Exception {
        channel.send(new Message(null, null, message));
    }

    @Override
    public void discardAll(boolean on) {
        discard.setDiscardAll(on);
    }

    @Override
    public void discardFrom(Collection<String> names) {
        for (String name : names) {
            if (!seen.containsKey(name)) {
                throw new IllegalArgumentException("This node has not seen a member " + name + ".");
            }
        }
        discarded = Set.copyOf(names);
        discard.resetIgnoredMembers();
        applyDiscarded();
    }

    private void applyDiscarded() {
        discarded.forEach(name -> discard.addIgnoreMember(seen.get(name)));
    }

    @Override
    public void close() {
        channel.close();
    }
}
