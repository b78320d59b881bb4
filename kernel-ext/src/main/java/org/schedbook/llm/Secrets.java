package org.schedbook.llm;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.IntFunction;
import java.util.function.IntUnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * Takes the secrets of an endpoint out of what arrives from it, however they are written there: as
 * they are, in other letters, escaped as in a URL, in JSON, in mail or in HTML, in Base64 or in the
 * digits of a dump; with anything but words in between, backwards, in Base32, in Base64 of Base64,
 * or as a list of numbers.
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

    /** What a query has besides secrets, and what stands there. */
    private static final Pattern OPEN_NAME =
            Pattern.compile(
                    "(?i).*(version|model|deployment|engine|region|location|project|format|type|stream).*");

    private static final Pattern OPEN_VALUE =
            Pattern.compile("(?i)[a-z]+|v?\\d[\\d.-]*(-(preview|alpha|beta))?");

    /** A name that is a key, in place of one with a password. */
    private static final Pattern KEY_AS_USER = Pattern.compile("(?=.*\\d).{12,}");

    /** What is shorter may well be there by chance where all between words is left out. */
    private static final int MIN_WORDS = 12;

    private static final int MIN_DIGITS = 20;

    private static final String BASE64 =
            "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

    private static final String BASE32 = "abcdefghijklmnopqrstuvwxyz234567";

    private final List<Pattern> patterns;

    /** What is looked for in a squeezed text. */
    private final Set<String> words = new LinkedHashSet<>();

    private final Set<String> digits = new LinkedHashSet<>();

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
            words.addAll(words(secret));
            digits.addAll(digits(secret));
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
                            String name = user.replaceFirst(":.*", "");
                            String password = user.substring(user.indexOf(':') + 1);
                            boolean hasPassword = password.length() >= MIN_PASSWORD;
                            if (hasPassword) {
                                secrets.add(password);
                                secrets.add(user);
                            }
                            if (KEY_AS_USER.matcher(name).matches()
                                    || !hasPassword && name.length() >= MIN_KEY) {
                                secrets.add(name);
                            }
                        });
        for (String parameter : endpoint.query().split("&")) {
            String[] sides = parameter.split("=", 2);
            if (sides.length == 2 && isSecret(sides[0], Endpoint.decoded(sides[1]))) {
                secrets.add(Endpoint.decoded(sides[1]));
            }
        }
        return new Secrets(
                secrets.stream()
                        .sorted(Comparator.comparingInt(String::length).reversed())
                        .toList());
    }

    private static boolean isSecret(String name, String value) {
        return SECRET_NAME.matcher(name).matches()
                ? value.length() >= MIN_PASSWORD
                : value.length() >= MIN_KEY
                        && !OPEN_NAME.matcher(name).matches()
                        && !OPEN_VALUE.matcher(value).matches();
    }

    /** Takes the secrets out of a text. */
    String redact(String text) {
        String clean = text;
        for (Pattern pattern : patterns) {
            clean = pattern.matcher(clean).replaceAll(Matcher.quoteReplacement(REDACTED));
        }
        clean = redact(clean, words, Squeezed::words);
        if (clean.indexOf('<') >= 0) {
            clean = redact(clean, words, Squeezed::wordsOutsideOfTags);
        }
        return redact(clean, digits, Squeezed::digits);
    }

    private static String redact(
            String text, Set<String> wanted, Function<String, Squeezed> squeeze) {
        String clean = text;
        if (clean.length() < MIN_WORDS) {
            return clean;
        }
        Squeezed squeezed = squeeze.apply(clean);
        for (String each : wanted) {
            for (int at; (at = squeezed.find(each)) >= 0; squeezed = squeeze.apply(clean)) {
                int[] places = squeezed.places();
                clean =
                        clean.substring(0, places[at])
                                + REDACTED
                                + clean.substring(places[at + each.length() - 1] + 1);
            }
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
                        return Math.min(from, squeezedBeginning(text));
                    }
                }
            }
            return squeezedBeginning(text);
        }

        private int squeezedBeginning(String text) {
            int first = earliest(Squeezed.words(text), words, text);
            if (text.indexOf('<') >= 0) {
                first = Math.min(first, earliest(Squeezed.wordsOutsideOfTags(text), words, text));
            }
            return Math.min(first, earliest(Squeezed.digits(text), digits, text));
        }

        private static int earliest(Squeezed squeezed, Set<String> wanted, String text) {
            int first = text.length();
            if (squeezed.text().isEmpty()) {
                return first;
            }
            for (String each : wanted) {
                int place = squeezed.beginning(each);
                first = place < 0 ? first : Math.min(first, place);
            }
            return first;
        }
    }

    /** Returns what there may be of a secret in a text that has but words left. */
    private static Set<String> words(String secret) {
        var all = new LinkedHashSet<String>();
        String plain = Squeezed.words(secret).text();
        all.add(plain);
        all.add(new StringBuilder(plain).reverse().toString());
        byte[] bytes = secret.getBytes(StandardCharsets.UTF_8);
        all.addAll(digits(bytes, 5, BASE32::charAt));
        for (String inner : digits(bytes, 6, BASE64::charAt)) {
            for (String url : List.of(inner, inner.replace('+', '-').replace('/', '_'))) {
                digits(url.getBytes(StandardCharsets.US_ASCII), 6, BASE64::charAt).stream()
                        .map(outer -> Squeezed.words(outer).text())
                        .forEach(all::add);
            }
        }
        all.removeIf(each -> each.length() < MIN_WORDS);
        return all;
    }

    /**
     * Returns how bytes look in digits of some bits each, by where in a digit they begin: without
     * the first and the last where those are of other bytes, too.
     */
    private static List<String> digits(byte[] bytes, int bits, IntUnaryOperator digit) {
        var all = new ArrayList<String>();
        for (int skipped = 0; skipped < bits; skipped++) {
            var text = new StringBuilder();
            for (int at = skipped; at + bits <= 8 * bytes.length; at += bits) {
                int two = (bytes[at / 8] & 0xff) << 8;
                two |= at / 8 + 1 < bytes.length ? bytes[at / 8 + 1] & 0xff : 0;
                text.append((char) digit.applyAsInt(two >> 16 - bits - at % 8 & (1 << bits) - 1));
            }
            all.add(text.toString());
        }
        return all;
    }

    /** Returns what there may be of a secret in a text that has but digits left. */
    private static Set<String> digits(String secret) {
        byte[] bytes = secret.getBytes(StandardCharsets.UTF_8);
        return Stream.<IntFunction<String>>of(
                        Integer::toString,
                        "%03d"::formatted,
                        Integer::toOctalString,
                        "%03o"::formatted,
                        b -> "%8s".formatted(Integer.toBinaryString(b)).replace(' ', '0'))
                .map(
                        number ->
                                IntStream.range(0, bytes.length)
                                        .mapToObj(i -> number.apply(bytes[i] & 0xff))
                                        .collect(Collectors.joining()))
                .filter(each -> each.length() >= MIN_DIGITS)
                .collect(Collectors.toCollection(LinkedHashSet::new));
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
