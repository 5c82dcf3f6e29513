package dev.turnout.switchd.config;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.api.lowlevel.Compose;
import org.snakeyaml.engine.v2.exceptions.Mark;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.NodeTuple;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.SequenceNode;
import org.snakeyaml.engine.v2.nodes.Tag;

/**
 * A mapping of a YAML document, read key by key with the type that is expected. What is missing yields the default given;
 * what is wrong throws a {@link ConfigException} with the line of the value. {@link #close} refuses keys that nobody has
 * asked for.
 *
 * <p>Thread rules: one thread.
 */
final class YamlMap {
    private final String file;
    private final String path;
    private final int line;
    private final Map<String, NodeTuple> entries = new LinkedHashMap<>();
    private final Map<String, Boolean> asked = new LinkedHashMap<>();

    private YamlMap(String file, String path, @Nullable Node node) throws ConfigException {
        this.file = file;
        this.path = path;
        this.line = node == null ? 1 : line(node);
        if (node == null || isNull(node)) {
            return;
        }
        if (!(node instanceof MappingNode mapping)) {
            throw new ConfigException(file, line, describe(path) + "expected a mapping, got " + kind(node));
        }
        for (NodeTuple tuple : mapping.getValue()) {
            if (!(tuple.getKeyNode() instanceof ScalarNode key)) {
                throw new ConfigException(file, line(tuple.getKeyNode()), describe(path) + "a key must be a word");
            }
            if (entries.put(key.getValue(), tuple) != null) {
                throw new ConfigException(file, line(key), path(key.getValue()) + ": the key is there twice");
            }
        }
    }

    /** Reads a document; an empty one is an empty mapping. */
    static YamlMap read(Path file) throws ConfigException {
        String name = file.toString();
        LoadSettings settings = LoadSettings.builder().setLabel(name).setAllowDuplicateKeys(true)
                .setMaxAliasesForCollections(0).build();
        try (InputStream in = Files.newInputStream(file)) {
            Optional<Node> root = new Compose(settings).composeInputStream(in);
            return new YamlMap(name, "", root.orElse(null));
        } catch (NoSuchFileException e) {
            throw new ConfigException(name, "no such file");
        } catch (IOException e) {
            throw new ConfigException(name, "cannot be read: " + IoText.reason(e));
        } catch (MarkedYamlEngineException e) {
            int line = e.getProblemMark().map(mark -> mark.getLine() + 1).orElse(1);
            throw new ConfigException(name, line, "not valid YAML: " + e.getProblem());
        } catch (YamlEngineException e) {
            if (e.getCause() instanceof CharacterCodingException notText) {
                throw new ConfigException(name, 1, IoText.reason(notText));
            }
            throw new ConfigException(name, 1, "not valid YAML: " + String.valueOf(e.getMessage()).lines().findFirst()
                    .orElse("unreadable"));
        }
    }

    /** Its keys, in the order of the file. Asking for them is not asking for the values. */
    List<String> keys() {
        return List.copyOf(entries.keySet());
    }

    boolean has(String key) {
        NodeTuple tuple = entries.get(key);
        return tuple != null && !isNull(tuple.getValueNode());
    }

    String string(String key, String missing) throws ConfigException {
        Node node = value(key);
        return node == null ? missing : scalar(node, path(key));
    }

    /** One of some words. */
    String word(String key, String missing, List<String> expected) throws ConfigException {
        String word = string(key, missing);
        if (has(key) && !expected.contains(word)) {
            throw error(key, "expected one of " + String.join(", ", expected) + ", got \"" + word + "\"");
        }
        return word;
    }

    long integer(String key, long missing, long least, long most) throws ConfigException {
        Node node = value(key);
        if (node == null) {
            return missing;
        }
        return integer(node, path(key), least, most);
    }

    boolean bool(String key, boolean missing) throws ConfigException {
        Node node = value(key);
        if (node == null) {
            return missing;
        }
        if (node instanceof ScalarNode scalar && scalar.getTag().equals(Tag.BOOL)) {
            return Boolean.parseBoolean(scalar.getValue());
        }
        throw new ConfigException(file, line(node), path(key) + ": expected true or false, got " + kind(node));
    }

    YamlMap map(String key) throws ConfigException {
        Node node = value(key);
        return new YamlMap(file, path(key), node);
    }

    /** A mapping of words to words. */
    SortedMap<String, String> strings(String key) throws ConfigException {
        YamlMap map = map(key);
        SortedMap<String, String> strings = new TreeMap<>();
        for (String name : map.keys()) {
            strings.put(name, map.string(name, ""));
        }
        return strings;
    }

    /** A list of strings with the line of each. */
    List<Map.Entry<String, Integer>> stringLines(String key) throws ConfigException {
        List<Map.Entry<String, Integer>> values = new ArrayList<>();
        for (Node node : list(key, "strings")) {
            values.add(Map.entry(scalar(node, path(key)), line(node)));
        }
        return values;
    }

    List<Integer> integerList(String key, int least, int most) throws ConfigException {
        List<Integer> values = new ArrayList<>();
        for (Node node : list(key, "integers")) {
            values.add((int) integer(node, path(key), least, most));
        }
        return values;
    }

    /** Refuses what nobody has asked for. */
    void close() throws ConfigException {
        for (Map.Entry<String, NodeTuple> entry : entries.entrySet()) {
            if (!asked.containsKey(entry.getKey())) {
                throw new ConfigException(file, line(entry.getValue().getKeyNode()), path(entry.getKey())
                        + ": unknown key; expected one of " + String.join(", ", asked.keySet()));
            }
        }
    }

    /** A mistake in the value of a key, or, where it is missing, in the mapping. */
    ConfigException error(String key, String message) {
        NodeTuple tuple = entries.get(key);
        return new ConfigException(file, tuple == null ? line : line(tuple.getValueNode()),
                path(key) + ": " + message);
    }

    /** A mistake in the mapping. */
    ConfigException error(String message) {
        return new ConfigException(file, line, message);
    }

    /** The file it is from. */
    String file() {
        return file;
    }

    private @Nullable Node value(String key) {
        asked.put(key, true);
        NodeTuple tuple = entries.get(key);
        return tuple == null || isNull(tuple.getValueNode()) ? null : tuple.getValueNode();
    }

    private List<Node> list(String key, String what) throws ConfigException {
        Node node = value(key);
        if (node == null) {
            return List.of();
        }
        if (!(node instanceof SequenceNode sequence)) {
            throw new ConfigException(file, line(node), path(key) + ": expected a list of " + what + ", got "
                    + kind(node));
        }
        return sequence.getValue();
    }

    private String scalar(Node node, String name) throws ConfigException {
        if (node instanceof ScalarNode scalar) {
            return scalar.getValue();
        }
        throw new ConfigException(file, line(node), name + ": expected a string, got " + kind(node));
    }

    private long integer(Node node, String name, long least, long most) throws ConfigException {
        if (node instanceof ScalarNode scalar && scalar.getTag().equals(Tag.INT)) {
            try {
                long value = Long.decode(scalar.getValue());
                if (value >= least && value <= most) {
                    return value;
                }
            } catch (NumberFormatException e) {
                // too long for a long: falls through to the refusal
            }
        }
        throw new ConfigException(file, line(node), name + ": expected an integer from " + least + " to " + most
                + ", got " + kind(node));
    }

    private String path(String key) {
        return path.isEmpty() ? key : path + "." + key;
    }

    private static String describe(String path) {
        return path.isEmpty() ? "" : path + ": ";
    }

    private static boolean isNull(Node node) {
        return node.getTag().equals(Tag.NULL);
    }

    private static String kind(Node node) {
        return switch (node) {
            case ScalarNode scalar -> "\"" + scalar.getValue() + "\"";
            case SequenceNode sequence -> "a list";
            default -> "a mapping";
        };
    }

    private static int line(Node node) {
        return node.getStartMark().map(Mark::getLine).orElse(0) + 1;
    }
}
