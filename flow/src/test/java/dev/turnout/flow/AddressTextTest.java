package dev.turnout.flow;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.util.Objects;
import java.util.Random;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class AddressTextTest {
    /** What {@code inet_ntop} of the C library makes of addresses. */
    @ParameterizedTest
    @CsvSource({"::, ::", "::1, ::1", "1::, 1::", "0:0:1::, 0:0:1::", "1:0:0:2:0:0:0:3, 1:0:0:2::3",
        "1:0:0:2:3:0:0:4, 1::2:3:0:0:4",
        "2001:DB8:0:1:1:1:1:1, 2001:db8:0:1:1:1:1:1", "::ffff:1.2.3.4, ::ffff:1.2.3.4", "::1.2.3.4, ::1.2.3.4",
        "64:ff9b::1.2.3.4, 64:ff9b::102:304",
        "1:2:3:4:5:6:7::, 1:2:3:4:5:6:7:0", "fe80::, fe80::"})
    void writesIpv6AsTheCLibrary(String text, String written) {
        long[] words = Objects.requireNonNull(AddressText.parseIpv6(text));

        assertThat(AddressText.ipv6(words[0], words[1])).isEqualTo(written);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", ":", ":::", "1", "1:2:3:4:5:6:7", "1:2:3:4:5:6:7:8:9", "1::2::3", "12345::", "g::",
        "1:2:3:4:5:6:7:", ":1:2:3:4:5:6:7",
        "1:2:3:4:5:6:7:1.2.3.4", "::1.2.3", "::1.2.3.256", "::1 ", "::\uff11"})
    void refusesWhatIsNoIpv6Address(String text) {
        assertThat(AddressText.parseIpv6(text)).isNull();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "1.2.3", "1.2.3.4.5", "1.2.3.256", "1..3.4", "a.2.3.4", "1.2.3.4 ", "1.2.3.0004",
        "-1.2.3.4"})
    void refusesWhatIsNoIpv4Address(String text) {
        assertThat(AddressText.parseIpv4(text)).isEqualTo(-1);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "00:01:02:03:04", "00:01:02:03:04:05:06", "00:01:02:03:04:", "00:01:02:03:04:5g",
        "000:1:2:3:4:5", "+1:2:3:4:5:6", "1:2:3:4:5:\uff16"})
    void refusesWhatIsNoEthernetAddress(String text) {
        assertThat(AddressText.parseMac(text)).isEqualTo(-1);
    }

    @Test
    void readsWhatItWrites() throws UnknownHostException {
        long seed = RandomFrames.seed();
        Random random = new Random(seed);
        for (int i = 0; i < 20_000; i++) {
            long high = random.nextLong() & sparse(random);
            long low = random.nextLong() & sparse(random);
            String text = AddressText.ipv6(high, low);
            assertThat(AddressText.parseIpv6(text)).as("seed %d, %s", seed, text).containsExactly(high, low);
            byte[] java = InetAddress.getByName(text).getAddress();
            if (java.length == 16) {
                assertThat(ByteBuffer.wrap(java).getLong()).as(text).isEqualTo(high);
                assertThat(ByteBuffer.wrap(java).getLong(8)).as(text).isEqualTo(low);
            }
            int address = random.nextInt();
            assertThat(AddressText.parseIpv4(AddressText.ipv4(address))).isEqualTo(address & 0xffff_ffffL);
            String around = "x" + text + "/";
            assertThat(AddressText.parseIpv6(around, 1, around.length() - 1)).as(around).containsExactly(high, low);
            assertThat(AddressText.parseIpv6(around, 0, around.length() - 1)).as(around).isNull();
            assertThat(AddressText.parseIpv6(around, 1, around.length())).as(around).isNull();
            long mac = random.nextLong() >>> 16;
            assertThat(AddressText.parseMac(AddressText.mac(mac))).isEqualTo(mac);
        }
        assertThat(AddressText.mac(0x0102030a0b0cL)).isEqualTo("01:02:03:0a:0b:0c");
        assertThat(AddressText.parseMac("1:2:3:A:b:c")).isEqualTo(0x0102030a0b0cL);
    }

    /** A mask that leaves some 16-bit groups. */
    private static long sparse(Random random) {
        long mask = 0;
        for (int i = 0; i < 4; i++) {
            mask = mask << 16 | (random.nextBoolean() ? 0xffff : random.nextInt(4) == 0 ? 0x00ff : 0);
        }
        return mask;
    }
}
