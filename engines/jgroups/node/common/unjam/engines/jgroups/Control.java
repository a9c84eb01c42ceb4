package unjam.engines.jgroups;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * Steers a node over HTTP on 127.0.0.1, since its Jolokia is read-only: GET /truth, and POST /rate?perSecond=N,
 * /discard?from=MEMBER (or *), /undiscard?from=MEMBER (or *). Every answer is the ground truth.
 */
final class Control implements AutoCloseable {

    private static final int OK = 200;
    private static final int BAD_REQUEST = 400;
    private static final int NOT_FOUND = 404;
    private static final String EVERYTHING = "*";

    private final GroundTruthMBean truth;
    private final HttpServer server;

    Control(int port, GroundTruthMBean truth) throws IOException {
        this.truth = truth;
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 0);
        server.createContext("/", this::handle);
        server.start();
    }

    @Override
    public void close() {
        server.stop(0);
    }

    private void handle(HttpExchange exchange) throws IOException {
        try (exchange) {
            int status = OK;
            String body;
            try {
                status = execute(exchange) ? OK : NOT_FOUND;
                body = json();
            } catch (IllegalArgumentException e) {
                status = BAD_REQUEST;
                body = "{\"error\":" + quoted(e.getMessage()) + "}";
            }
            byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
            exchange.getResponseHeaders().set("Content-Type", "application/json");
            exchange.sendResponseHeaders(status, bytes.length);
            exchange.getResponseBody().write(bytes);
        }
    }

    private boolean execute(HttpExchange exchange) {
        String parameter = exchange.getRequestURI().getRawQuery();
        String value = parameter == null
                ? ""
                : URLDecoder.decode(parameter.substring(parameter.indexOf('=') + 1), StandardCharsets.UTF_8);
        switch (exchange.getRequestMethod() + " " + exchange.getRequestURI().getPath()) {
            case "GET /truth" -> { }
            case "POST /rate" -> truth.setRate(Double.parseDouble(value));
            case "POST /discard" -> {
                if (value.equals(EVERYTHING)) {
                    truth.discardAll();
                } else {
                    truth.discardFrom(value);
                }
            }
            case "POST /undiscard" -> {
                if (value.equals(EVERYTHING)) {
                    truth.undiscard();
                } else {
                    truth.undiscardFrom(value);
                }
            }
            default -> {
                return false;
            }
        }
        return true;
    }

    private String json() {
        return "{\"node\":" + quoted(truth.getNode())
                + ",\"startTime\":" + truth.getStartTime()
                + ",\"rate\":" + truth.getRate()
                + ",\"eventsSent\":" + truth.getEventsSent()
                + ",\"eventsReceived\":" + object(truth.getEventsReceived())
                + ",\"eventsLost\":" + object(truth.getEventsLost())
                + ",\"lastEvents\":" + object(truth.getLastEvents())
                + ",\"eventsRepeated\":" + object(truth.getEventsRepeated())
                + ",\"sendBlockedMillis\":" + truth.getSendBlockedMillis()
                + ",\"viewId\":" + quoted(truth.getViewId())
                + ",\"members\":" + array(truth.getMembers())
                + ",\"discarding\":" + array(truth.getDiscarding())
                + "}";
    }

    private static String object(Map<String, Long> counts) {
        return counts.entrySet().stream()
                .map(entry -> quoted(entry.getKey()) + ":" + entry.getValue())
                .collect(Collectors.joining(",", "{", "}"));
    }

    private static String array(List<String> texts) {
        return texts.stream().map(Control::quoted).collect(Collectors.joining(",", "[", "]"));
    }

    private static String quoted(String text) {
        return '"' + text.replace("\\", "\\\\").replace("\"", "\\\"").replace("\n", " ") + '"';
    }
}
