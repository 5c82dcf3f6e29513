package dev.turnout.upcall;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

import org.junit.jupiter.api.Test;

final class UkeyTableTest {
    private final UkeyTable table = new UkeyTable();
    private final TestUkeys ukeys = new TestUkeys();

    private UkeyTable.Insertion insert(Ukey ukey) {
        ukey.lock();
        try {
            return table.insert(ukey, "test");
        } finally {
            ukey.unlock();
        }
    }

    private static void evict(Ukey ukey) {
        ukey.lock();
        try {
            ukey.transition(UkeyState.EVICTED, "test");
        } finally {
            ukey.unlock();
        }
    }

    @Test
    void shouldReplaceOnlyAnEvictedUkeyAndInheritItsDumpSequence() {
        Ukey first = ukeys.ukey(1);
        assertThat(insert(first)).isEqualTo(UkeyTable.Insertion.INSERTED);
        Ukey loser = ukeys.ukey(1);
        assertThat(insert(loser)).isEqualTo(UkeyTable.Insertion.DUPLICATE);
        assertThat(loser.state()).isEqualTo(UkeyState.DELETED);
        first.setDumpSequence(77);
        evict(first);
        table.setReplacing(false);
        assertThat(insert(ukeys.ukey(1))).isEqualTo(UkeyTable.Insertion.DUPLICATE);
        table.setReplacing(true);
        Ukey second = ukeys.ukey(1);
        assertThat(insert(second)).isEqualTo(UkeyTable.Insertion.REPLACED);
        assertThat(first.state()).isEqualTo(UkeyState.DELETED);
        assertThat(second.dumpSequence()).isEqualTo(77);
        assertThat(table.get(second.id())).isSameAs(second);
        assertThat(table.size()).isEqualTo(1);
    }

    @Test
    void shouldFindWhatItHoldsThroughGrowthAndRemoval() {
        Random random = new Random(5);
        List<Ukey> inside = new ArrayList<>();
        for (int flow = 0; flow < 20_000; flow++) {
            Ukey ukey = ukeys.ukey(flow);
            insert(ukey);
            inside.add(ukey);
            if (random.nextInt(3) == 0) {
                Collections.swap(inside, random.nextInt(inside.size()), inside.size() - 1);
                Ukey gone = inside.removeLast();
                evict(gone);
                gone.lock();
                table.remove(gone, "test");
                gone.unlock();
                assertThat(table.get(gone.id())).isNull();
            }
        }
        assertThat(table.size()).isEqualTo(inside.size());
        assertThat(inside).allMatch(ukey -> table.get(ukey.id()) == ukey);
        AtomicInteger seen = new AtomicInteger();
        for (int thread = 0; thread < 3; thread++) {
            table.forEach(thread, 3, ukey -> seen.incrementAndGet());
        }
        assertThat(seen.get()).isEqualTo(inside.size());
    }

    /**
     * Inserters replace what evicters evict, while sweepers remove it. Outcomes: for each flow there is at most one ukey that
     * is not DELETED at any time; every ukey ends either DELETED or in the table; each that was inserted leaves once.
     */
    @Test
    void shouldSurviveReplaceAgainstSweep() throws InterruptedException, ExecutionException {
        int flows = 8;
        int insertions = 40_000;
        AtomicBoolean done = new AtomicBoolean();
        AtomicInteger inserted = new AtomicInteger();
        AtomicInteger replaced = new AtomicInteger();
        AtomicInteger removed = new AtomicInteger();
        CountDownLatch inserters = new CountDownLatch(2);
        try (ExecutorService threads = Executors.newFixedThreadPool(4)) {
            List<Future<?>> results = new ArrayList<>();
            for (int i = 0; i < 2; i++) {
                long seed = i;
                results.add(threads.submit(() -> {
                    Random random = new Random(seed);
                    for (int n = 0; n < insertions; n++) {
                        Ukey ukey = ukeys.ukey(random.nextInt(flows));
                        switch (insert(ukey)) {
                            case INSERTED -> inserted.incrementAndGet();
                            case REPLACED -> replaced.incrementAndGet();
                            case DUPLICATE -> assertThat(ukey.state()).isEqualTo(UkeyState.DELETED);
                            case COLLISION -> throw new IllegalStateException("a collision");
                        }
                        if (random.nextInt(3) == 0) {
                            Ukey found = table.get(ukey.id());
                            if (found != null && found.tryLock()) {
                                if (found.state() == UkeyState.VISIBLE) {
                                    found.transition(UkeyState.EVICTED, "test");
                                }
                                found.unlock();
                            }
                        }
                    }
                    inserters.countDown();
                }));
                results.add(threads.submit(() -> {
                    while (!done.get()) {
                        table.forEach((int) seed, 2, ukey -> {
                            if (ukey.state() == UkeyState.EVICTED && ukey.tryLock()) {
                                if (ukey.state() == UkeyState.EVICTED) {
                                    table.remove(ukey, "sweep");
                                    removed.incrementAndGet();
                                }
                                ukey.unlock();
                            }
                        });
                    }
                }));
            }
            inserters.await();
            done.set(true);
            for (Future<?> result : results) {
                result.get();
            }
        }
        List<Ukey> left = new ArrayList<>();
        table.forEach(left::add);
        assertThat(ukeys.audit.illegalMoves()).isZero();
        assertThat(left).doesNotHaveDuplicates().hasSizeLessThanOrEqualTo(flows)
                .allMatch(ukey -> ukey.state() != UkeyState.DELETED);
        assertThat(left).hasSize(table.size()).hasSize(inserted.get() - removed.get());
        assertThat(replaced.get()).isPositive();
        assertThat(removed.get()).isPositive();
    }
}
