package unjam.engines.jgroups;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/**
 * An event that a node tells all others, as the ground truth counts it.
 *
 * @param number 1, 2, 3, … since the sender's start: a gap at a receiver is a lost event
 * @param start when the sender's process started, in ms since 1970; another one means a restarted sender, whose numbers
 *     begin anew
 * @param sender the node's name
 */
record Event(long number, long start, String sender) {

    private static final int NUMBERS_BYTES = 2 * Long.BYTES + Short.BYTES;

    /**
     * The event as a message.
     *
     * @param size of the message in bytes; it is longer where the event does not fit
     */
    byte[] message(int size) {
        byte[] name = sender.getBytes(StandardCharsets.UTF_8);
        ByteBuffer buffer = ByteBuffer.allocate(Math.max(size, NUMBERS_BYTES + name.length));
        buffer.putLong(number).putLong(start).putShort((short) name.length).put(name);
        return buffer.array();
    }

    /** The event in a message. */
    static Event of(byte[] message) {
        ByteBuffer buffer = ByteBuffer.wrap(message);
        long number = buffer.getLong();
        long start = buffer.getLong();
        byte[] name = new byte[buffer.getShort()];
        buffer.get(name);
        return new Event(number, start, new String(name, StandardCharsets.UTF_8));
    }
}
