package org.schedbook.compile;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Pattern;

/**
 * A policy as a person or a model wrote it.
 *
 * @param name what the policy is called in the notebook, such as {@code fifo-plus}: letters, digits
 *     and hyphens, at most 64
 * @param text one Java class that extends {@link org.schedbook.policy.Policy}
 * @param firstLine the line of its cell that the text begins in, from 1: where a policy fails is
 *     told in lines of the cell
 */
public record PolicySource(String name, String text, int firstLine) {

    private static final Pattern NAME = Pattern.compile("[A-Za-z][A-Za-z0-9-]{0,63}");

    /** The policies that come with Schedbook, by name. */
    private static final Map<String, String> BUILT_IN =
            new TreeMap<>(
                    Map.of("fifo", "Fifo.java", "vtime", "Vtime.java", "rr", "RoundRobin.java"));

    /** Makes a source that begins where its cell or file does. */
    public PolicySource(String name, String text) {
        this(name, text, 1);
    }

    public PolicySource {
        Objects.requireNonNull(text, "text");
        if (!isValidName(name)) {
            throw new IllegalArgumentException(
                    "'"
                            + name
                            + "' is no policy name: letters, digits and hyphens, a letter first");
        }
    }

    /** Returns whether a policy may be called so. */
    public static boolean isValidName(String name) {
        return NAME.matcher(name).matches();
    }

    /** Returns the line of the cell that a line of the text, from 1, is. */
    public int cellLine(int line) {
        return line + firstLine - 1;
    }

    /** Returns SHA-256 of the text in hex: what figures are attributed to. */
    public String hash() {
        try {
            var sha256 = MessageDigest.getInstance("SHA-256");
            return HexFormat.of().formatHex(sha256.digest(text.getBytes(StandardCharsets.UTF_8)));
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every Java has SHA-256", e);
        }
    }

    /** Returns the names of the policies that come with Schedbook, sorted. */
    public static Iterable<String> builtInNames() {
        return BUILT_IN.keySet();
    }

    /** Returns the source of a policy that comes with Schedbook. */
    public static Optional<PolicySource> builtIn(String name) {
        return Optional.ofNullable(BUILT_IN.get(name))
                .map(file -> new PolicySource(name, read("/org/schedbook/policies/" + file)));
    }

    private static String read(String resource) {
        try (InputStream in = PolicySource.class.getResourceAsStream(resource)) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
