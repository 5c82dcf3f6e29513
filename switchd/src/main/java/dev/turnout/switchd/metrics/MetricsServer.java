package dev.turnout.switchd.metrics;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.turnout.switchd.config.Listen;

/**
 * Serves {@code /metrics} in Prometheus' text format.
 *
 * <p>Thread rules: a virtual thread per request, so a client that does not read holds up nobody else.
 */
public final class MetricsServer implements AutoCloseable {
    private static final int BACKLOG = 16;

    private final HttpServer server;
    private final ExecutorService executor = Executors
            .newThreadPerTaskExecutor(Thread.ofVirtual().name("metrics-", 0).factory());

    private MetricsServer(HttpServer server) {
        this.server = server;
    }

    public static MetricsServer open(Listen listen, SwitchMetrics metrics) throws IOException {
        HttpServer server;
        try {
            server = HttpServer.create(listen.address(), BACKLOG);
        } catch (IOException e) {
            throw new IOException(
                    "cannot serve metrics on " + listen.text(listen.port()) + ": " + e.getMessage(), e);
        }
        MetricsServer opened = new MetricsServer(server);
        server.setExecutor(opened.executor);
        server.createContext("/", exchange -> answer(exchange, metrics));
        server.start();
        return opened;
    }

    private static void answer(HttpExchange exchange, SwitchMetrics metrics) throws IOException {
        try (exchange) {
            boolean found = exchange.getRequestURI().getPath().equals("/metrics");
            boolean gets = exchange.getRequestMethod().equals("GET");
            String text = !found
                    ? "not found; metrics are at /metrics\n"
                    : gets ? metrics.scrape() : "only GET is supported\n";
            byte[] body = text.getBytes(StandardCharsets.UTF_8);
            exchange.getResponseHeaders().set("Content-Type",
                    found && gets ? "text/plain; version=0.0.4; charset=utf-8" : "text/plain; charset=utf-8");
            exchange.sendResponseHeaders(!found ? 404 : gets ? 200 : 405, body.length);
            exchange.getResponseBody().write(body);
        }
    }

    public int port() {
        return server.getAddress().getPort();
    }

    @Override
    public void close() {
        server.stop(0);
        executor.shutdown();
    }
}
