package org.schedbook.kernel;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import org.schedbook.bpf.wire_h;

/**
 * Gives what has a name in Java one in C: the same where that is free, else one that is like it.
 */
final class Names {

    private static final List<String> KEYWORDS =
            List.of(
                    "auto",
                    "const",
                    "extern",
                    "inline",
                    "register",
                    "restrict",
                    "signed",
                    "sizeof",
                    "static",
                    "struct",
                    "typedef",
                    "typeof",
                    "union",
                    "unsigned",
                    "volatile",
                    "asm",
                    "goto",
                    "s8",
                    "s16",
                    "s32",
                    "s64",
                    "u16",
                    "u32",
                    "u64",
                    "bool",
                    "true",
                    "false",
                    "sb",
                    "constexpr",
                    "nullptr",
                    "alignas",
                    "alignof",
                    "thread_local",
                    "static_assert",
                    "typeof_unqual",
                    "main",
                    "bpf",
                    "linux",
                    "unix",
                    "memcpy",
                    "memmove",
                    "memset",
                    "memcmp");

    private static final Set<String> RESERVED = reserved();

    private final Set<String> used = new HashSet<>();

    /** All that the prelude may mean something by: whatever in it does not look like a word. */
    private static Set<String> reserved() {
        Set<String> names = new HashSet<>(KEYWORDS);
        Pattern word = Pattern.compile("\\b[A-Za-z_]\\w*\\b");
        for (String header : Headers.NAMES) {
            word.matcher(Headers.text(header))
                    .results()
                    .map(match -> match.group())
                    .filter(
                            name ->
                                    !name.equals(name.toLowerCase(java.util.Locale.ROOT))
                                            || name.contains("_"))
                    .forEach(names::add);
        }
        return names;
    }

    /** Returns a name that no other global has. */
    String global(String java) {
        String name = member(java);
        while (!used.add(name)) {
            name += "_";
        }
        return name;
    }

    /**
     * Returns a name for something local that no global has: others elsewhere may have it. Two that
     * differ in Java differ in C.
     */
    String local(String java) {
        String name = member(java);
        String stem = stem(name);
        int more =
                used.stream()
                        .filter(other -> stem(other).equals(stem))
                        .mapToInt(other -> other.length() - stem.length() + 1)
                        .max()
                        .orElse(0);
        return used.contains(name) || more > 0 && !name.equals(stem)
                ? name + "_".repeat(more)
                : name;
    }

    private static String stem(String name) {
        return name.replaceAll("_+$", "");
    }

    /** Returns a name for what is only named together with what it belongs to. */
    static String member(String java) {
        var name = new StringBuilder();
        for (char c : java.toCharArray()) {
            if (c == '_' || c < 128 && Character.isLetterOrDigit(c)) {
                name.append(c);
            } else {
                name.append("_x").append(Integer.toHexString(c));
            }
        }
        String text = name.toString();
        if (text.matches("x*_.*")) {
            return "x" + text;
        }
        boolean taken = RESERVED.contains(stem(text)) || text.startsWith("sb_");
        return taken ? text + "_" : text;
    }

    /** The files that stand before and after a policy. */
    static final class Headers {

        static final List<String> NAMES = List.of("kernel.h", "wire.h", "policy.h", "policy_ops.h");

        private Headers() {}

        static String text(String name) {
            try (InputStream in = wire_h.class.getResourceAsStream(name)) {
                return new String(in.readAllBytes(), StandardCharsets.UTF_8);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }
}
