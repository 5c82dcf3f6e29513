package dev.turnout.switchd;

/** Which program this is. */
public final class Version {
    /** The version's number, of the jar's manifest; {@code dev} when run from classes. */
    public static final String NUMBER = number();

    private Version() {
    }

    private static String number() {
        String version = Version.class.getPackage().getImplementationVersion();
        return version == null ? "dev" : version;
    }

    /** Number, Java and system in a line. */
    public static String description() {
        return "Turnout " + NUMBER + " (Java " + System.getProperty("java.version") + ", "
                + System.getProperty("os.name") + " " + System.getProperty("os.version") + " "
                + System.getProperty("os.arch") + ")";
    }
}
