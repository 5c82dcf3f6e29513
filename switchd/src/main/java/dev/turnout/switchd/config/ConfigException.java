package dev.turnout.switchd.config;

/** A mistake in a configuration file: {@code file:line: message}. */
public final class ConfigException extends Exception {
    private static final long serialVersionUID = 1;

    public ConfigException(String file, int line, String message) {
        super(file + ":" + line + ": " + message);
    }

    public ConfigException(String file, String message) {
        super(file + ": " + message);
    }

    /** The message; never null. */
    @Override
    public String getMessage() {
        return String.valueOf(super.getMessage());
    }
}
