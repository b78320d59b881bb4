package org.schedbook.prompt;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.schedbook.compile.PolicySource;
import org.schedbook.file.ForeignFile;

/**
 * The text that surrounds a person's words in a request: files named {@code system.md}, {@code
 * user.md} and so on, with places in braces that are filled in. Schedbook's own may be replaced
 * file by file by a person's.
 */
public final class PromptTexts {

    /**
     * All there are: one for each gate, one for an answer that was cut off, the requests, and those
     * of the other {@linkplain Form forms}.
     */
    public static final List<String> NAMES =
            Stream.concat(
                            Stream.concat(Gates.NAMES.stream(), Stream.of("length"))
                                    .map(Gates::repairText),
                            Stream.of(
                                    "system.md",
                                    "user.md",
                                    "plan-system.md",
                                    "plan.md",
                                    "code.md",
                                    "in-kernel.md",
                                    "system-bpf.md",
                                    "user-bpf.md",
                                    "repair-bpf.md",
                                    "repair-bpf-length.md"))
                    .toList();

    /** The longest file of words for a model. */
    public static final int MAX_BYTES = 1 << 20;

    private static final Pattern PLACE = Pattern.compile("\\{(\\w+)\\}");

    private final Map<String, String> texts;

    private PromptTexts(Map<String, String> texts) {
        this.texts = texts;
    }

    /** Returns Schedbook's own. */
    public static PromptTexts builtIn() {
        var texts = new TreeMap<String, String>();
        for (String name : NAMES) {
            texts.put(name, resource(name));
        }
        texts.put("api", ApiReference.text().strip());
        texts.put("promises", PromiseTrial.vocabulary());
        texts.put("vtime", source("vtime"));
        texts.put("rr", source("rr"));
        return new PromptTexts(texts);
    }

    /** Returns Schedbook's own, save for those of which there is a file in a directory. */
    public static PromptTexts in(Path directory) throws IOException {
        var texts = new TreeMap<>(builtIn().texts);
        for (String name : NAMES) {
            Path file = directory.resolve(name);
            if (Files.exists(file)) {
                texts.put(name, ForeignFile.text(file, MAX_BYTES));
            }
        }
        return new PromptTexts(texts);
    }

    /** Returns a text with its places still open. */
    String get(String name) {
        return texts.get(name);
    }

    /**
     * Returns a text with its places filled in: what is put into one is text and has no places of
     * its own, whatever is in it.
     *
     * @param values by the name of the place; the API reference, the vocabulary of promises and the
     *     examples need not be among them; places of other names are left as they are
     */
    String fill(String name, Map<String, String> values) {
        return PLACE.matcher(get(name))
                .replaceAll(
                        place ->
                                Matcher.quoteReplacement(
                                        values.getOrDefault(
                                                place.group(1),
                                                texts.getOrDefault(
                                                        place.group(1), place.group()))));
    }

    /** Returns SHA-256 in hex over all of it, the API reference included: a version of the text. */
    public String hash() {
        try {
            var sha256 = MessageDigest.getInstance("SHA-256");
            texts.forEach(
                    (name, text) ->
                            sha256.update(
                                    (name + "\0" + text + "\0").getBytes(StandardCharsets.UTF_8)));
            return HexFormat.of().formatHex(sha256.digest());
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every Java has SHA-256", e);
        }
    }

    private static String source(String policy) {
        return PolicySource.builtIn(policy).orElseThrow().text().strip();
    }

    private static String resource(String name) {
        try (InputStream in = PromptTexts.class.getResourceAsStream(name)) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
