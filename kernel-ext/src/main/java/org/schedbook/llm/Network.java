package org.schedbook.llm;

import com.openai.client.okhttp.OpenAIOkHttpClient;
import com.openai.core.http.ProxyAuthenticator;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.Proxy;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509TrustManager;

/**
 * The way to a server, as the environment has it for every program: {@code HTTPS_PROXY}, {@code
 * HTTP_PROXY}, {@code ALL_PROXY}, {@code NO_PROXY}, {@code SSL_CERT_FILE}, {@code SSL_CERT_DIR}.
 * The JVM reads none of them itself.
 */
final class Network {

    private static final Pattern LOOPBACK =
            Pattern.compile("localhost|.*\\.localhost|127(\\.\\d+){3}|::1");

    private static final Pattern CERTIFICATE =
            Pattern.compile(
                    "-----BEGIN (?:TRUSTED |X509 )?CERTIFICATE-----.*?-----END (?:TRUSTED |X509 )?CERTIFICATE-----",
                    Pattern.DOTALL);

    private final Map<String, String> environment;

    Network(Map<String, String> environment) {
        this.environment = environment;
    }

    /**
     * A proxy, and the variable that names it.
     *
     * @param variable as it is set, in upper or in lower case
     */
    record ProxySetting(String variable, Place place) {

        boolean isSocks() {
            return place.scheme().startsWith("socks");
        }
    }

    /**
     * Sets a client up for a server.
     *
     * @return the proxy that it asks, empty if none
     */
    Optional<ProxySetting> prepare(OpenAIOkHttpClient.Builder client, Place server)
            throws ModelException {
        Optional<ProxySetting> found = proxy(server);
        if (found.isPresent()) {
            ProxySetting proxy = found.get();
            Place place = proxy.place();
            client.proxy(
                    new Proxy(
                            proxy.isSocks() ? Proxy.Type.SOCKS : Proxy.Type.HTTP,
                            // A SOCKS proxy is to look the server up, and so is an HTTP proxy.
                            InetSocketAddress.createUnresolved(place.host(), place.port())));
            if (!place.user().isEmpty() && !proxy.isSocks()) {
                String[] user = place.user().split(":", 2);
                client.proxyAuthenticator(
                        ProxyAuthenticator.basic(
                                Endpoint.decoded(user[0]),
                                user.length == 2 ? Endpoint.decoded(user[1]) : ""));
            }
        } else {
            client.proxy(Proxy.NO_PROXY);
        }
        trust(client);
        return found;
    }

    /** Returns the proxy for a server; empty if it is asked directly. */
    Optional<ProxySetting> proxy(Place server) throws ModelException {
        if (isDirect(server)) {
            return Optional.empty();
        }
        for (String name : List.of(server.scheme() + "_proxy", "all_proxy")) {
            Optional<String> set = spelling(name);
            if (set.isPresent()) {
                return Optional.of(proxy(set.get(), value(set.get())));
            }
        }
        return Optional.empty();
    }

    private static ProxySetting proxy(String variable, String value) throws ModelException {
        return Place.of(value.contains("://") ? value : "http://" + value)
                .filter(
                        place ->
                                List.of("http", "https", "socks", "socks4", "socks5", "socks5h")
                                        .contains(place.scheme()))
                .map(place -> new ProxySetting(variable, place))
                .orElseThrow(
                        () ->
                                new ModelException(
                                        variable + " is no address of a proxy.",
                                        "Set it to something like http://proxy.example:3128, or"
                                                + " unset it, and restart the kernel.",
                                        ""));
    }

    private Optional<String> variable(String name) {
        return spelling(name).map(this::value);
    }

    /** Both spellings are in use; where both are set, the lower case is what curl heeds. */
    private Optional<String> spelling(String name) {
        return Stream.of(name, name.toUpperCase(Locale.ROOT))
                .filter(each -> !environment.getOrDefault(each, "").isBlank())
                .findFirst();
    }

    private String value(String variable) {
        return Endpoint.tidy(environment.get(variable));
    }

    /** No proxy reaches this machine's own loopback; NO_PROXY says what else is near. */
    private boolean isDirect(Place server) {
        return LOOPBACK.matcher(server.host()).matches()
                || Stream.of(
                                variable("no_proxy")
                                        .orElse("")
                                        .toLowerCase(Locale.ROOT)
                                        .split("[,\\s]+"))
                        .anyMatch(entry -> covers(entry, server.host(), server.port()));
    }

    private static boolean covers(String entry, String host, int port) {
        String name = entry.replaceFirst("^https?://", "");
        if (name.matches("[^:]+:\\d+|\\[.*]:\\d+")) {
            int colon = name.lastIndexOf(':');
            if (Integer.parseInt(name.substring(colon + 1)) != port) {
                return false;
            }
            name = name.substring(0, colon);
        }
        name = Place.ascii(name.replaceAll("[\\[\\]]", "").replaceFirst("^\\*?\\.", ""));
        return switch (name) {
            case "" -> false;
            case "*" -> true;
            default ->
                    host.equals(name)
                            || host.endsWith("." + name)
                            || name.contains("/") && inSubnet(name, host);
        };
    }

    /** Whether an IPv4 address is in a network such as 10.0.0.0/8. */
    private static boolean inSubnet(String network, String host) {
        String[] sides = network.split("/", 2);
        String address = "\\d{1,3}(\\.\\d{1,3}){3}";
        if (!host.matches(address) || !sides[0].matches(address) || !sides[1].matches("\\d{1,2}")) {
            return false;
        }
        int shift = 32 - Math.min(32, Integer.parseInt(sides[1]));
        return number(sides[0]) >>> shift == number(host) >>> shift;
    }

    private static long number(String address) {
        long number = 0;
        for (String part : address.split("\\.")) {
            number = number << 8 | Integer.parseInt(part);
        }
        return number;
    }

    /** Trusts what the JVM trusts, and the certificates of SSL_CERT_FILE and SSL_CERT_DIR. */
    private void trust(OpenAIOkHttpClient.Builder client) throws ModelException {
        var own = new ArrayList<X509Certificate>();
        Optional<String> file = variable("ssl_cert_file");
        if (file.isPresent()) {
            own.addAll(certificates(Path.of(file.get())));
        }
        Optional<String> directory = variable("ssl_cert_dir");
        if (directory.isPresent() && Files.isDirectory(Path.of(directory.get()))) {
            try (Stream<Path> files = Files.list(Path.of(directory.get()))) {
                for (Path each : files.filter(Files::isRegularFile).toList()) {
                    own.addAll(read(each));
                }
            } catch (IOException | GeneralSecurityException e) {
                throw untrusted("SSL_CERT_DIR", Path.of(directory.get()), e);
            }
        }
        if (own.isEmpty()) {
            return;
        }
        try {
            X509TrustManager trust = trust(own);
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(null, new TrustManager[] {trust}, null);
            client.sslSocketFactory(context.getSocketFactory()).trustManager(trust);
        } catch (IOException | GeneralSecurityException e) {
            throw untrusted("SSL_CERT_FILE", Path.of(file.or(() -> directory).orElseThrow()), e);
        }
    }

    private static List<X509Certificate> certificates(Path file) throws ModelException {
        try {
            List<X509Certificate> certificates = read(file);
            if (certificates.isEmpty()) {
                throw new IOException("there is no certificate in it");
            }
            return certificates;
        } catch (IOException | GeneralSecurityException e) {
            throw untrusted("SSL_CERT_FILE", file, e);
        }
    }

    private static ModelException untrusted(String name, Path path, Exception e) {
        return new ModelException(
                "The certificates of %s cannot be read: %s".formatted(name, path)
                        + (e.getMessage() == null || e.getMessage().contains(path.toString())
                                ? "."
                                : ", " + e.getMessage() + "."),
                "Set it to a file of certificates in PEM, or unset it, and restart the kernel.",
                "");
    }

    private static List<X509Certificate> read(Path file)
            throws IOException, GeneralSecurityException {
        var certificates = new ArrayList<X509Certificate>();
        var factory = CertificateFactory.getInstance("X.509");
        String text =
                new String(Files.readAllBytes(file), java.nio.charset.StandardCharsets.ISO_8859_1);
        if (text.contains("-----BEGIN")) {
            // One by one: bundles have comments between, and now and then one that nobody can read.
            var matcher = CERTIFICATE.matcher(text);
            while (matcher.find()) {
                try (InputStream in =
                        new java.io.ByteArrayInputStream(
                                matcher.group()
                                        .replace("TRUSTED ", "")
                                        .replace("X509 ", "")
                                        .getBytes(java.nio.charset.StandardCharsets.ISO_8859_1))) {
                    certificates.add((X509Certificate) factory.generateCertificate(in));
                } catch (GeneralSecurityException e) {
                    continue;
                }
            }
        } else if (!text.isEmpty() && text.charAt(0) == 0x30) {
            for (Certificate each : factory.generateCertificates(Files.newInputStream(file))) {
                certificates.add((X509Certificate) each);
            }
        }
        return certificates;
    }

    private static X509TrustManager trust(List<X509Certificate> own)
            throws IOException, GeneralSecurityException {
        KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
        store.load(null, null);
        int number = 0;
        for (X509Certificate each : manager(null).getAcceptedIssuers()) {
            store.setCertificateEntry("jvm-" + number++, each);
        }
        for (X509Certificate each : own) {
            store.setCertificateEntry("own-" + number++, each);
        }
        return manager(store);
    }

    private static X509TrustManager manager(KeyStore store) throws GeneralSecurityException {
        var factory = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        factory.init(store);
        return Stream.of(factory.getTrustManagers())
                .filter(X509TrustManager.class::isInstance)
                .map(X509TrustManager.class::cast)
                .findFirst()
                .orElseThrow();
    }
}
