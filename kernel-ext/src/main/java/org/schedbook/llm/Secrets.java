package org.schedbook.llm;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * Takes the secrets of an endpoint out of what arrives from it, however they are written there: as
 * they are, in other letters, with unseen characters in between, escaped as in a URL, in JSON, in
 * mail or in HTML, in Base64 or in the digits of a dump.
 */
final class Secrets {

    static final String REDACTED = "(key)";

    /** What servers that want no key are given instead of one is shorter, and a word. */
    private static final int MIN_KEY = 8;

    private static final int MIN_PASSWORD = 5;

    /** Whoever reads an answer takes these away, and would have the secret whole. */
    private static final String UNSEEN = "\\p{Cf}*+";

    /** Where the wide forms of ASCII begin. */
    private static final int FULL_WIDTH = 0xff00;

    /** Base64 is broken into lines in mail and by {@code base64}; JSON escapes the breaks. */
    private static final String LINE_BREAK = "(?:\\s|\\\\[rn]){0,2}";

    /**
     * What dumps of bytes have between two bytes: {@code 73:6b}, {@code 73 6b}, {@code 0x73, 0x6b}.
     */
    private static final String BETWEEN_BYTES = "[\\s:,_-]{0,2}(?:0x)?";

    private static final Pattern SECRET_NAME =
            Pattern.compile("(?i).*(key|token|secret|sig|pass|auth|code|credential).*");

    private final List<Pattern> patterns;

    /** The longest that anything to be taken out may be. */
    private final int longest;

    private Secrets(List<String> secrets) {
        var found = new ArrayList<Pattern>();
        int length = 0;
        for (String secret : secrets) {
            found.add(
                    Pattern.compile(
                            spellings(secret), Pattern.CASE_INSENSITIVE | Pattern.UNICODE_CASE));
            length = Math.max(length, 8 * secret.length());
        }
        patterns = List.copyOf(found);
        longest = length;
    }

    /**
     * Returns the secrets of an endpoint: its key, its password, what its query has of that kind.
     */
    static Secrets of(Endpoint endpoint) {
        var secrets = new LinkedHashSet<String>();
        endpoint.apiKey().filter(key -> key.length() >= MIN_KEY).ifPresent(secrets::add);
        endpoint.user()
                .ifPresent(
                        user -> {
                            String password = user.substring(user.indexOf(':') + 1);
                            if (password.length() >= MIN_PASSWORD) {
                                secrets.add(password);
                                secrets.add(user);
                            }
                        });
        for (String parameter : endpoint.query().split("&")) {
            String[] sides = parameter.split("=", 2);
            if (sides.length == 2
                    && SECRET_NAME.matcher(sides[0]).matches()
                    && sides[1].length() >= MIN_PASSWORD) {
                secrets.add(Endpoint.decoded(sides[1]));
            }
        }
        return new Secrets(
                secrets.stream()
                        .sorted(Comparator.comparingInt(String::length).reversed())
                        .toList());
    }

    /** Takes the secrets out of a text. */
    String redact(String text) {
        String clean = text;
        for (Pattern pattern : patterns) {
            clean = pattern.matcher(clean).replaceAll(Matcher.quoteReplacement(REDACTED));
        }
        return clean;
    }

    /** Takes the secrets out of a text that arrives in pieces, which a secret may be cut into. */
    Pieces pieces(Consumer<String> onText) {
        return new Pieces(onText);
    }

    /** Text that arrives in pieces; what may be the beginning of a secret is held back. */
    final class Pieces {

        private final Consumer<String> onText;
        private final List<String> held = new ArrayList<>();

        private Pieces(Consumer<String> onText) {
            this.onText = onText;
        }

        void add(String piece) {
            held.add(piece);
            String text = String.join("", held);
            String clean = redact(text);
            if (!clean.equals(text)) {
                held.clear();
                held.add(clean);
            }
            // Pieces stay whole, so that whoever counts them counts what the server sent.
            int from = beginning(clean);
            int end = held.getFirst().length();
            while (end <= from) {
                onText.accept(held.removeFirst());
                if (held.isEmpty()) {
                    return;
                }
                end += held.getFirst().length();
            }
        }

        /** Gives what was held back: nothing follows that would make it a secret. */
        void end() {
            while (!held.isEmpty()) {
                onText.accept(held.removeFirst());
            }
        }

        /** Where the text ends with what a secret may begin with; its length if it does not. */
        private int beginning(String text) {
            for (int from = Math.max(0, text.length() - longest); from < text.length(); from++) {
                for (Pattern pattern : patterns) {
                    Matcher matcher = pattern.matcher(text).region(from, text.length());
                    if (!matcher.lookingAt() && matcher.hitEnd()) {
                        return from;
                    }
                }
            }
            return text.length();
        }
    }

    /** Returns a pattern of all that a secret may be written as. */
    private static String spellings(String secret) {
        byte[] bytes = secret.getBytes(StandardCharsets.UTF_8);
        var spellings = new LinkedHashSet<String>();
        spellings.add(
                secret.codePoints()
                        .mapToObj(Secrets::spellings)
                        .collect(Collectors.joining(UNSEEN)));
        // A Base64 digit is of six bits: the secret looks different by where in the text it begins.
        for (int before = 0; before < 3; before++) {
            byte[] shifted = new byte[before + bytes.length];
            System.arraycopy(bytes, 0, shifted, before, bytes.length);
            String digits = Base64.getEncoder().withoutPadding().encodeToString(shifted);
            int from = (before * 8 + 5) / 6;
            int to = shifted.length * 8 / 6;
            spellings.add(
                    digits.substring(from, to)
                                    .codePoints()
                                    .mapToObj(Secrets::base64Digit)
                                    .collect(Collectors.joining(LINE_BREAK))
                            + "[A-Za-z0-9+/_-]?(?:=|%(?:25)?3[dD]){0,2}");
        }
        spellings.add(
                IntStream.range(0, bytes.length)
                        .mapToObj(i -> "(?i:" + HexFormat.of().toHexDigits(bytes[i]) + ")")
                        .collect(Collectors.joining(BETWEEN_BYTES)));
        return String.join("|", spellings);
    }

    /** Returns a pattern of what a digit of Base64 may be written as, also in a URL or in JSON. */
    private static String base64Digit(int digit) {
        return switch (digit) {
            case '+' -> "(?:[+-]|%(?:25)?2[bB]|\\\\u002[bB])";
            case '/' -> "(?:\\\\?/|_|%(?:25)?2[fF]|\\\\u002[fF])";
            default -> Character.toString(digit);
        };
    }

    /** Returns a pattern of what one character may be written as. */
    private static String spellings(int c) {
        var percent = new StringBuilder();
        for (byte b : Character.toString(c).getBytes(StandardCharsets.UTF_8)) {
            percent.append("%(?:25)?").append(HexFormat.of().toHexDigits(b));
        }
        String name =
                switch (c) {
                    case '&' -> "amp";
                    case '<' -> "lt";
                    case '>' -> "gt";
                    case '"' -> "quot";
                    case '\'' -> "apos";
                    default -> "";
                };
        String wide = c > ' ' && c < 0x7f ? "|" + Character.toString(c - ' ' + FULL_WIDTH) : "";
        return "(?:%s\\\\?%s|%s|=%02x|%%u%04x|\\\\+u\\{?0*%x}?|\\\\x%02x|&#x0*%x;?|&#0*%d;?|\\\\0?%03o%s)"
                .formatted(
                        name.isEmpty() ? "" : "&(?:amp;)?" + name + ";|",
                        c == ' ' ? "[ +]" : Pattern.quote(Character.toString(c)),
                        percent,
                        c,
                        c,
                        c,
                        c,
                        c,
                        c,
                        c,
                        wide);
    }
}
