package dev.turnout.core;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;

import dev.turnout.dpcls.Classifier;
import dev.turnout.dpcls.LookupGenerator;
import dev.turnout.flow.FlowLayout;
import dev.turnout.flow.FlowMask;
import dev.turnout.flow.Megaflow;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class PortPathTest {
    private final LookupGenerator generator = new LookupGenerator();

    @AfterEach
    void close() {
        generator.close();
    }

    /** The path of a port with so many tables; no traffic. */
    private PortPath path(int tables) {
        Classifier classifier = new Classifier(new Random(1));
        for (int i = 0; i < tables; i++) {
            long[] words = new long[FlowLayout.WORDS];
            words[FlowLayout.RECIRC_PORT] = -1;
            words[FlowLayout.IPV4] = -1L << i;
            long[] key = new long[FlowLayout.WORDS];
            key[FlowLayout.RECIRC_PORT] = 1;
            classifier.insert(Megaflow.handle(i, 1), key, FlowMask.of(words));
        }
        classifier.rank(0, generator);
        PortPath path = new PortPath(requireNonNull(classifier.port(1)));
        path.choose();
        return path;
    }

    @Test
    void shouldPassTheCachesByWhereOneTableDecides() {
        PortPath path = path(1);
        path.countExact(1000, 1000);
        path.choose();
        assertThat(path.usesExact()).isFalse();
        assertThat(path.usesSignatures()).isFalse();
    }

    @Test
    void shouldUseTheExactMatchCacheWhereItHits() {
        PortPath path = path(20);
        path.countExact(1000, 900);
        path.choose();
        assertThat(path.usesExact()).isTrue();
        assertThat(path.usesSignatures()).isTrue();
        path.countExact(1000, 80);
        path.choose();
        assertThat(path.usesExact()).as("it mostly misses").isFalse();
        assertThat(path.usesSignatures()).isTrue();
    }

    @Test
    void shouldSampleNowAndThen() {
        PortPath path = path(1);
        int sampled = 0;
        for (int i = 0; i < 6400; i++) {
            sampled += path.isSampled() ? 1 : 0;
        }
        assertThat(sampled).isEqualTo(100);
    }
}
