package org.schedbook.llm;

import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.temporal.TemporalQueries;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** When a server wants to be asked again, in the ways in which servers write it. */
final class RetryAfter {

    /** Longer than this nobody means. */
    private static final Duration MAX = Duration.ofDays(365);

    /** A number above it is no count of seconds but a time, in seconds since 1970. */
    private static final long EPOCH = 1_000_000_000L;

    private static final Pattern WORDS =
            Pattern.compile(
                    "(?is)\\b(?:again|retry|wait)\\b.{0,20}?\\b(?:in|after|for)?\\s*"
                            + "((?:\\d+(?:\\.\\d+)?\\s*(?:ms|h|m(?!s)|s)[a-z]*\\s*){1,4})");

    private static final Pattern PART =
            Pattern.compile("(?i)(\\d+(?:\\.\\d+)?)\\s*(ms|h|m|s)[a-z]*\\s*");

    private static final Pattern WEEKDAY = Pattern.compile("^[A-Za-z]+,?\\s+");

    private static final List<DateTimeFormatter> DATES =
            List.of(
                    DateTimeFormatter.ISO_DATE_TIME,
                    DateTimeFormatter.ofPattern("d MMM uuuu H:mm:ss", Locale.ROOT),
                    DateTimeFormatter.ofPattern("d-MMM-uu H:mm:ss", Locale.ROOT),
                    DateTimeFormatter.ofPattern("MMM ppd H:mm:ss uuuu", Locale.ROOT));

    /**
     * Reads a header.
     *
     * @return empty if it says nothing, nonsense, or a time that has passed
     */
    static Optional<Duration> header(String header, Instant now) {
        String value = header.strip();
        Optional<Duration> wait = seconds(value, now);
        if (wait.isEmpty()) {
            wait = date(value).map(date -> Duration.between(now, date));
        }
        return wait.or(() -> duration(value)).filter(RetryAfter::isMeant);
    }

    /** Reads the header in which some write milliseconds. */
    static Optional<Duration> milliseconds(String header) {
        return duration(header.strip() + "ms").filter(RetryAfter::isMeant);
    }

    /** Reads a server's words: "Please try again in 6m0s." */
    static Optional<Duration> words(String words) {
        Matcher found = WORDS.matcher(words);
        return found.find()
                ? duration(found.group(1)).filter(RetryAfter::isMeant)
                : Optional.empty();
    }

    private static boolean isMeant(Duration wait) {
        return wait.isPositive() && wait.compareTo(MAX) <= 0;
    }

    private static Optional<Duration> seconds(String value, Instant now) {
        try {
            double seconds = Double.parseDouble(value);
            return seconds > EPOCH && seconds < 10.0 * EPOCH
                    ? Optional.of(Duration.between(now, Instant.ofEpochSecond((long) seconds)))
                    : Optional.of(Duration.ofMillis(Math.round(seconds * 1000)));
        } catch (NumberFormatException e) {
            return Optional.empty();
        }
    }

    private static Optional<Instant> date(String value) {
        // The day of the week is often wrong, the zone is always Greenwich's.
        String date =
                WEEKDAY.matcher(value)
                        .replaceFirst("")
                        .replaceFirst("\\s+(?:GMT|UTC|Z|\\+0000)$", "");
        for (DateTimeFormatter format : DATES) {
            try {
                var parsed = format.parse(date);
                ZoneOffset offset = parsed.query(TemporalQueries.offset());
                return Optional.of(
                        LocalDateTime.from(parsed)
                                .toInstant(offset == null ? ZoneOffset.UTC : offset));
            } catch (DateTimeException e) {
                continue;
            }
        }
        return Optional.empty();
    }

    private static Optional<Duration> duration(String value) {
        Matcher part = PART.matcher(value);
        double seconds = 0;
        int end = 0;
        while (end < value.length() && part.find(end) && part.start() == end) {
            double number = Double.parseDouble(part.group(1));
            seconds +=
                    switch (part.group(2).toLowerCase(Locale.ROOT)) {
                        case "h" -> number * 3600;
                        case "m" -> number * 60;
                        case "s" -> number;
                        default -> number / 1000;
                    };
            end = part.end();
        }
        return end == 0 || end < value.length()
                ? Optional.empty()
                : Optional.of(Duration.ofMillis(Math.round(seconds * 1000)));
    }

    private RetryAfter() {}
}
