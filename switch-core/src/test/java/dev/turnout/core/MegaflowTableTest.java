package dev.turnout.core;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;

import dev.turnout.flow.Megaflow;
import org.junit.jupiter.api.Test;

class MegaflowTableTest {
    private static final long SEED = Long.getLong("turnout.seed", System.nanoTime());

    @Test
    void shouldAgreeWithAModelAndNeverReviveAHandle() {
        Random random = new Random(SEED);
        MegaflowTable table = new MegaflowTable(3000);
        Map<Long, Long> packets = new HashMap<>();
        Set<Long> dead = new HashSet<>();
        MegaflowTable.Reading reading = new MegaflowTable.Reading();
        for (int step = 0; step < 30_000; step++) {
            Long any = packets.isEmpty()
                    ? null
                    : packets.keySet().stream().skip(random.nextInt(Math.min(packets.size(), 20))).findFirst()
                            .orElseThrow();
            if (any == null || random.nextInt(3) > 0) {
                long handle = table.install("t" + step, ActionProgram.DROP);
                if (packets.size() == 3000) {
                    assertThat(handle).isEqualTo(Megaflow.NONE);
                } else {
                    assertThat(dead).doesNotContain(handle);
                    assertThat(table.isLive(handle)).isTrue();
                    packets.put(handle, 0L);
                }
            } else if (random.nextBoolean()) {
                table.count(Megaflow.index(any), 2, 128, step, 1L << (step % 8));
                packets.merge(any, 2L, Long::sum);
            } else {
                table.free(Megaflow.index(any));
                packets.remove(any);
                dead.add(any);
                assertThat(table.isLive(any)).as("seed %d", SEED).isFalse();
            }
        }
        int found = 0;
        for (int slot = 0; slot < table.limit(); slot++) {
            if (table.read(slot, reading)) {
                found++;
                assertThat(packets.get(reading.handle())).as("seed %d", SEED).isEqualTo(reading.packets());
            }
        }
        assertThat(found).isEqualTo(packets.size());
        assertThat(dead).noneMatch(table::isLive);
    }

    /** A reading is of one megaflow, however often its slot is used anew meanwhile. */
    @Test
    void readersShouldNeverMixTwoMegaflows() throws InterruptedException {
        MegaflowTable table = new MegaflowTable(1 << 16);
        AtomicBoolean isDone = new AtomicBoolean();
        AtomicBoolean isWrong = new AtomicBoolean();
        Thread reader = Thread.ofPlatform().start(() -> {
            MegaflowTable.Reading reading = new MegaflowTable.Reading();
            while (!isDone.get()) {
                for (int slot = 0; slot < 4; slot++) {
                    // The writer counts three packets of each megaflow, of 100 bytes plus its generation each.
                    if (table.read(slot, reading)) {
                        long each = 100L + Megaflow.generation(reading.handle());
                        if (reading.bytes() % each != 0 || reading.bytes() > 3 * each || reading.packets() > 3) {
                            isWrong.set(true);
                        }
                    }
                }
            }
        });
        long[] handles = new long[4];
        for (int round = 0; round < 200_000; round++) {
            int i = round % 4;
            if (handles[i] != 0) {
                table.free(Megaflow.index(handles[i]));
            }
            handles[i] = table.install("x", ActionProgram.DROP);
            int each = 100 + Megaflow.generation(handles[i]);
            for (int n = 0; n < 3; n++) {
                table.count(Megaflow.index(handles[i]), 1, each, round, 0);
            }
            if (round % 20_000 == 0) {
                for (int grown = 0; grown < 1000; grown++) {
                    table.install("more", ActionProgram.DROP);
                }
            }
        }
        isDone.set(true);
        reader.join();
        assertThat(isWrong).isFalse();
    }
}
