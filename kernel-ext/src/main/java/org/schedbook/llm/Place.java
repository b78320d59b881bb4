package org.schedbook.llm;

import java.net.IDN;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The machine and the port that an address names. {@link java.net.URI} knows no hosts with a {@code
 * _}, as containers have, nor those of other scripts.
 *
 * @param scheme in lower case
 * @param user the user and the password as they are written, empty if none
 * @param host as it is looked up, in lower case and without brackets
 */
record Place(String scheme, String user, String host, int port) {

    private static final Pattern ADDRESS =
            Pattern.compile(
                    "(?<scheme>[A-Za-z][A-Za-z0-9+.-]*)://(?:(?<user>[^/?#]*)@)?"
                            + "(?:\\[(?<six>[0-9A-Fa-f:.]+)]|(?<host>[\\p{L}\\p{M}\\p{N}._~-]+))"
                            + "(?::(?<port>\\d{0,5}))?(?:[/?#]\\S*)?");

    /** Returns the place of an address; empty if it names none. */
    static Optional<Place> of(String address) {
        Matcher parts = ADDRESS.matcher(address);
        if (!parts.matches()) {
            return Optional.empty();
        }
        String scheme = parts.group("scheme").toLowerCase(Locale.ROOT);
        String host = parts.group("six") == null ? parts.group("host") : parts.group("six");
        String port = parts.group("port");
        return Optional.of(
                        new Place(
                                scheme,
                                parts.group("user") == null ? "" : parts.group("user"),
                                ascii(host),
                                port == null || port.isEmpty()
                                        ? usualPort(scheme)
                                        : Integer.parseInt(port)))
                .filter(place -> place.port <= 65535);
    }

    private static int usualPort(String scheme) {
        if (scheme.startsWith("socks")) {
            return 1080;
        }
        return scheme.equals("https") ? 443 : 80;
    }

    /** Returns the name of a host as it is looked up, in lower case. */
    static String ascii(String host) {
        try {
            return IDN.toASCII(host).toLowerCase(Locale.ROOT);
        } catch (IllegalArgumentException e) {
            return host.toLowerCase(Locale.ROOT);
        }
    }

    /** Returns the host and the port. */
    @Override
    public String toString() {
        return (host.contains(":") ? "[" + host + "]" : host) + ":" + port;
    }
}
