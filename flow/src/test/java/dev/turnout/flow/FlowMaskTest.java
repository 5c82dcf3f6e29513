package dev.turnout.flow;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashSet;
import java.util.Random;
import java.util.Set;

import org.junit.jupiter.api.Test;

/** Masks, their builder, matches and hashes. */
class FlowMaskTest {
    private final long seed = RandomFrames.seed();
    private final Random random = new Random(seed);

    private long[] words(int density) {
        long[] words = new long[FlowLayout.WORDS];
        for (int i = 0; i < words.length; i++) {
            words[i] = random.nextInt(density) == 0 ? random.nextLong() : 0;
        }
        return words;
    }

    @Test
    void buildsWhatWasLookedAt() {
        FlowMaskBuilder builder = new FlowMaskBuilder().looksAt(Fields.IP_PROTO).looksAt(Fields.IPV4_DST, 0xffff0000L)
                .looksAt(Fields.IPV6_SRC)
                .looksAtWord(FlowLayout.METADATA, 1);

        FlowMask mask = builder.build();

        assertThat(Fields.IP_PROTO.isAllSet(mask.toWords())).isTrue();
        assertThat(Fields.IPV4_DST.get(mask.toWords())).isEqualTo(0xffff0000L);
        assertThat(Fields.IPV4_SRC.isAnySet(mask.toWords())).isFalse();
        assertThat(Fields.IPV6_SRC.isAllSet(mask.toWords())).isTrue();
        assertThat(mask.wordCount()).isEqualTo(5);
        assertThat(mask.datapathPart().wordCount()).isEqualTo(4);
        assertThat(mask.covers(mask.datapathPart())).isTrue();
        assertThat(mask.datapathPart().covers(mask)).isFalse();
        assertThat(builder.isLookedAt(Fields.IPV6_SRC)).isTrue();
        assertThat(builder.forget(Fields.IPV6_SRC).isLookedAt(Fields.IPV6_SRC)).isFalse();
        assertThat(new FlowMaskBuilder().addAll(mask).build()).isEqualTo(mask);
        assertThat(builder.clear().build()).isEqualTo(FlowMask.EMPTY);
    }

    @Test
    void agreesWithBitByBitComparison() {
        for (int i = 0; i < 20_000; i++) {
            FlowMask mask = FlowMask.of(words(8));
            long[] a = words(2);
            long[] b = random.nextBoolean() ? a.clone() : words(2);
            b[random.nextInt(b.length)] ^= 1L << random.nextInt(64);
            boolean equal = true;
            for (int w = 0; w < a.length; w++) {
                equal &= (a[w] & mask.word(w)) == (b[w] & mask.word(w));
            }

            assertThat(mask.equalUnder(a, b)).as("seed %d", seed).isEqualTo(equal);
            assertThat(new Match(a, mask).matches(b)).isEqualTo(equal);
            assertThat(new Match(a, mask).equals(new Match(b, mask))).isEqualTo(equal);
            for (int n = 0; n < mask.wordCount(); n++) {
                assertThat(mask.word(mask.wordIndex(n))).isNotZero();
            }
            assertThat(Long.bitCount(mask.used())).isEqualTo(mask.wordCount());
        }
    }

    @Test
    void hashesWordsAloneNotTheBitmap() {
        for (int i = 0; i < 5_000; i++) {
            long[] key = words(3);
            long used = FlowExtractor.usedOf(key, 0);
            long hash = FlowHash.hash(key, 0, used);
            assertThat(FlowHash.hash(key, 0, used | random.nextLong() >>> (64 - FlowLayout.DATAPATH_WORDS)))
                    .as("seed %d", seed).isEqualTo(hash);
            int word = random.nextInt(FlowLayout.DATAPATH_WORDS);
            key[word] ^= 1L << random.nextInt(64);
            assertThat(FlowHash.hash(key, 0, FlowExtractor.usedOf(key, 0))).as("seed %d, word %d", seed, word)
                    .isNotEqualTo(hash);
        }
    }

    /** Single-bit differences in any word spread over the low bits, where tables index. */
    @Test
    void spreadsSingleBits() {
        Set<Long> whole = new HashSet<>();
        Set<Long> masked = new HashSet<>();
        int keys = 0;
        for (int word = 0; word < FlowLayout.DATAPATH_WORDS; word++) {
            for (int bit = 0; bit < 64; bit++) {
                long[] key = new long[FlowLayout.WORDS];
                key[word] = 1L << bit;
                whole.add(FlowHash.hash(key, 0, FlowExtractor.usedOf(key, 0)) & 0xfffff);
                masked.add(FlowHash.finish(FlowHash.term(word, key[word])) & 0xfffff);
                keys++;
            }
        }
        // 2432 balls in a million bins: fewer than 3 collide on average.
        assertThat(whole).hasSizeGreaterThan(keys - 25);
        assertThat(masked).hasSizeGreaterThan(keys - 25);
    }

    @Test
    void keepsHandlesApart() {
        long handle = Megaflow.handle(0x8000_0001, 0x8000_0002);
        assertThat(Megaflow.index(handle)).isEqualTo(0x8000_0001);
        assertThat(Megaflow.generation(handle)).isEqualTo(0x8000_0002);
        assertThat(Megaflow.handle(0, 1)).isNotEqualTo(Megaflow.NONE);
    }
}
