package dev.turnout.packet;

import java.util.Random;

/** Seeds of random tests: {@code -Dturnout.seed}, else a new one; tests print it when they fail. */
final class Seeds {
    private Seeds() {
    }

    static long seed() {
        String property = System.getProperty("turnout.seed", "");
        return property.isEmpty() ? new Random().nextLong() : Long.parseLong(property);
    }
}
