package org.schedbook.llm;

import java.net.URI;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Where a model is to be had. What people paste is taken as it is meant: blanks and quotes around a
 * value, a missing {@code http://}, {@code Bearer} before a key.
 *
 * @param baseUrl of an OpenAI-compatible API, empty for OpenAI's own
 * @param apiKey empty for servers that want none
 */
public record Endpoint(Optional<String> baseUrl, Optional<String> apiKey) {

    private static final Pattern SCHEME = Pattern.compile("(?i)[a-z][a-z0-9+.-]*://.*");

    /** The scheme in any case, and with any number of slashes. */
    private static final Pattern HTTP = Pattern.compile("(?i)(https?):/+(.*)");

    /** Only the base is wanted; providers' pages show the whole address. */
    private static final Pattern OPERATION =
            Pattern.compile("(?i)/(?:chat/)?completions/*(?=\\?|$)");

    /** Names that are a machine nearby, where nothing speaks TLS. */
    private static final Pattern NEARBY =
            Pattern.compile(
                    "(?i)(?:localhost|[^./:]+|[^/:]+\\.local|host\\.docker\\.internal"
                            + "|127\\..*|10\\..*|192\\.168\\..*|172\\.(?:1[6-9]|2\\d|3[01])\\..*"
                            + "|0\\.0\\.0\\.0|\\[.*])(?::.*|/.*|$)");

    /** A host, perhaps with a port. */
    private static final Pattern PLACE = Pattern.compile("(?:[^:]*|\\[.*])(?::\\d*)?");

    public Endpoint {
        baseUrl = baseUrl.map(Endpoint::tidy).filter(url -> !url.isEmpty()).map(Endpoint::url);
        apiKey =
                apiKey.map(Endpoint::tidy)
                        .map(key -> key.replaceFirst("(?i)^bearer\\s+", ""))
                        .filter(key -> !key.isEmpty());
    }

    /**
     * Reads {@code OPENAI_BASE_URL} and {@code OPENAI_API_KEY}.
     *
     * @return empty if neither is set
     */
    public static Optional<Endpoint> from(Map<String, String> environment) {
        var endpoint =
                new Endpoint(
                        Optional.ofNullable(environment.get("OPENAI_BASE_URL")),
                        Optional.ofNullable(environment.get("OPENAI_API_KEY")));
        return endpoint.baseUrl.isEmpty() && endpoint.apiKey.isEmpty()
                ? Optional.empty()
                : Optional.of(endpoint);
    }

    /** Returns a value without what is not part of it: blanks, line ends, quotes around it. */
    static String tidy(String value) {
        String bare =
                value.strip().replace("\ufeff", "").replaceAll("^[\\s\u00a0]+|[\\s\u00a0]+$", "");
        boolean quoted =
                bare.length() >= 2
                        && "\"'`“‘<".indexOf(bare.charAt(0)) >= 0
                        && "\"'`”’>".indexOf(bare.charAt(bare.length() - 1)) >= 0;
        return quoted ? tidy(bare.substring(1, bare.length() - 1)) : bare;
    }

    private static String url(String written) {
        Matcher http = HTTP.matcher(written);
        String url =
                http.matches()
                        ? http.group(1).toLowerCase(Locale.ROOT) + "://" + http.group(2)
                        : written;
        if (!SCHEME.matcher(url).matches()) {
            url = url.replaceFirst("^//", "");
            String host = url.replaceFirst("^[^/]*@", "");
            url = (NEARBY.matcher(host).matches() ? "http://" : "https://") + url;
        }
        return OPERATION.matcher(url).replaceFirst("");
    }

    /**
     * Returns what is wrong with it.
     *
     * @return empty if a request can be sent there
     */
    Optional<ModelException> problem() {
        if (baseUrl.isPresent() && place().isEmpty()) {
            return Optional.of(
                    new ModelException(
                            "OPENAI_BASE_URL is no address of a server: " + shown() + ".",
                            "Set it to something like http://localhost:11434/v1, and restart the"
                                    + " kernel.",
                            ""));
        }
        String key = apiKey.orElse("");
        for (int i = 0; i < key.length(); i++) {
            if (key.charAt(i) <= ' ' || key.charAt(i) > '~') {
                return Optional.of(
                        new ModelException(
                                ("OPENAI_API_KEY has a character that no key has, at position %d of %d.")
                                        .formatted(i + 1, key.length()),
                                "Copy the key once more, without what stands around it, and restart"
                                        + " the kernel.",
                                ""));
            }
        }
        return Optional.empty();
    }

    /** Returns the address as it is sent to, without user and password. */
    Optional<String> address() {
        return baseUrl.map(
                url -> url.substring(0, host(url) - user(url).length()) + url.substring(host(url)));
    }

    /** Returns the user and the password of the address: {@code user:word}. */
    Optional<String> user() {
        return baseUrl.map(Endpoint::user)
                .filter(user -> !user.isEmpty())
                .map(user -> decoded(user.substring(0, user.length() - 1)));
    }

    /** Returns the user of an address as it is written, with the @ behind it; empty if none. */
    private static String user(String url) {
        int from = url.indexOf("://") + 3;
        return url.substring(from, host(url));
    }

    /** Where the name of the host begins. */
    private static int host(String url) {
        int from = url.indexOf("://") + 3;
        int end = from;
        while (end < url.length() && "/?#".indexOf(url.charAt(end)) < 0) {
            end++;
        }
        int at = url.lastIndexOf('@', end - 1);
        if (at < from && !PLACE.matcher(url.substring(from, end)).matches()) {
            at = url.lastIndexOf('@'); // of a password with a / in it
        }
        return at < from ? from : at + 1;
    }

    /** Returns what stands behind the question mark of the address, empty if nothing. */
    String query() {
        return baseUrl.filter(url -> url.contains("?"))
                .map(url -> url.substring(url.indexOf('?') + 1))
                .orElse("");
    }

    static String decoded(String text) {
        try {
            return URLDecoder.decode(text.replace("+", "%2B"), StandardCharsets.UTF_8);
        } catch (IllegalArgumentException e) {
            return text;
        }
    }

    /** Returns where a request is sent; empty if that is OpenAI, or no address. */
    Optional<Place> place() {
        return address()
                .filter(Endpoint::isWellFormed)
                .flatMap(Place::of)
                .filter(place -> place.scheme().equals("http") || place.scheme().equals("https"));
    }

    private static boolean isWellFormed(String address) {
        try {
            URI.create(address);
            return true;
        } catch (IllegalArgumentException e) {
            return false;
        }
    }

    /** Returns the address for people and for what is kept: no user, no password, no query. */
    public String shown() {
        return address().map(url -> url.replaceFirst("[?#].*", "")).orElse("the OpenAI API");
    }

    /** Describes the endpoint without its key. */
    @Override
    public String toString() {
        return shown() + (apiKey.isPresent() ? " (with a key)" : "");
    }
}
