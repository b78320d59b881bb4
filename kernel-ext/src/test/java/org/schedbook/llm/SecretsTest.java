package org.schedbook.llm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.json.JsonMapper;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.schedbook.llm.ScriptedServer.Reply;
import org.schedbook.prompt.SourceExtractor;

/** Whatever comes from an endpoint that knows a key, the key is not in it afterwards. */
class SecretsTest {

    private static final String KEY = "sk-Te+st/01~23=45&67_89";
    private static final String PASSWORD = "PASSqx zq9/77kk";
    private static final String QUERY = "QUERYSECRET";

    private static Endpoint endpoint(String place) {
        return Endpoint.from(
                        Map.of(
                                "OPENAI_API_KEY",
                                KEY,
                                "OPENAI_BASE_URL",
                                "http://user:PASSqx%20zq9%2F77kk@"
                                        + place
                                        + "/v1?api-key="
                                        + QUERY))
                .orElseThrow();
    }

    private static final Secrets SECRETS = Secrets.of(endpoint("host"));

    static Stream<String> spellings() {
        return Stream.of(KEY, PASSWORD, QUERY)
                .flatMap(
                        secret ->
                                Stream.of(
                                        secret,
                                        URLEncoder.encode(secret, StandardCharsets.UTF_8)
                                                .replace("+", "%20"),
                                        URLEncoder.encode(
                                                URLEncoder.encode(secret, StandardCharsets.UTF_8)
                                                        .replace("+", "%20"),
                                                StandardCharsets.UTF_8),
                                        bytes(secret, "%%%02x"),
                                        bytes(secret, "%%%02X"),
                                        bytes(secret, "\\u%04x"),
                                        bytes(secret, "\\u%04X"),
                                        bytes(secret, "\\x%02x"),
                                        bytes(secret, "&#%d;"),
                                        bytes(secret, "&#x%x;"),
                                        bytes(secret, "\\%03o"),
                                        secret.replace("&", "&amp;"),
                                        secret.replace("&", "&amp;amp;"),
                                        bytes(secret, "%02x:"),
                                        bytes(secret, "%02x "),
                                        bytes(secret, "0x%02x, "),
                                        Base64.getMimeEncoder(8, utf8("\r\n"))
                                                .encodeToString(utf8(secret)),
                                        Base64.getMimeEncoder(8, utf8("\n"))
                                                .encodeToString(utf8("a" + secret)),
                                        URLEncoder.encode(
                                                Base64.getEncoder().encodeToString(utf8(secret)),
                                                StandardCharsets.UTF_8),
                                        secret.replace("/", "\\/"),
                                        secret.replace("&", "\\u0026"),
                                        Base64.getEncoder().encodeToString(utf8(secret)),
                                        Base64.getUrlEncoder().encodeToString(utf8(secret)),
                                        Base64.getEncoder().encodeToString(utf8("a" + secret)),
                                        Base64.getEncoder()
                                                .encodeToString(utf8("ab" + secret + "z")),
                                        Base64.getEncoder()
                                                .encodeToString(utf8("Bearer " + secret + "\n")),
                                        secret.toUpperCase(Locale.ROOT),
                                        secret.toLowerCase(Locale.ROOT),
                                        bytes(secret, "\\u{%x}"),
                                        bytes(secret, "%%u%04x"),
                                        bytes(secret, "=%02X"),
                                        bytes(secret, "&#%d"),
                                        bytes(secret, "&#%05d;"),
                                        secret.chars()
                                                .mapToObj(c -> c == ' ' ? ' ' : c + 0xfee0)
                                                .map(c -> Character.toString(c))
                                                .collect(Collectors.joining()),
                                        bytes(secret, "%d, "),
                                        bytes(secret, "%d,\n            "),
                                        bytes(secret, "%03d "),
                                        bytes(secret, "%o "),
                                        binary(secret),
                                        Base64.getEncoder()
                                                .encodeToString(
                                                        Base64.getEncoder().encode(utf8(secret))),
                                        Base64.getUrlEncoder()
                                                .encodeToString(
                                                        Base64.getUrlEncoder()
                                                                .encode(utf8("ab" + secret))),
                                        Base64.getMimeEncoder(20, utf8("\n"))
                                                .encodeToString(
                                                        Base64.getEncoder()
                                                                .encode(utf8("Bearer " + secret))),
                                        base32(secret),
                                        base32("abc" + secret).toLowerCase(Locale.ROOT),
                                        parted(secret, "\u200b"),
                                        parted(secret, "\u2060\ufeff\u00ad\u200b\u200d\u2062"),
                                        HexFormat.of().formatHex(utf8(secret)),
                                        HexFormat.of().withUpperCase().formatHex(utf8(secret))));
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static String binary(String text) {
        return text.chars()
                .mapToObj(c -> "%8s".formatted(Integer.toBinaryString(c)).replace(' ', '0'))
                .collect(Collectors.joining(" "));
    }

    private static String base32(String text) {
        String bits = binary(text).replace(" ", "") + "0000";
        return IntStream.range(0, bits.length() / 5)
                .map(i -> Integer.parseInt(bits.substring(5 * i, 5 * i + 5), 2))
                .mapToObj(i -> "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".substring(i, i + 1))
                .collect(Collectors.joining());
    }

    private static String parted(String text, String by) {
        return String.join(by, text.split(""));
    }

    private static String halves(String text, String by) {
        int middle = text.length() / 2;
        return text.substring(0, middle) + by + text.substring(middle);
    }

    private static String bytes(String text, String format) {
        return text.chars().mapToObj(format::formatted).collect(Collectors.joining());
    }

    @ParameterizedTest
    @MethodSource("spellings")
    void aSecretIsTakenOutHoweverItIsWritten(String spelling) {
        String clean = SECRETS.redact("before " + spelling + " after");
        assertTrue(clean.startsWith("before "), clean);
        assertTrue(clean.endsWith(" after"), clean);
        assertFalse(clean.contains(spelling.substring(4, spelling.length() - 4)), clean);
        assertTrue(clean.contains("(key)"), clean);
    }

    @ParameterizedTest
    @MethodSource("spellings")
    void aSecretInPiecesIsTakenOut(String spelling) {
        for (int size : List.of(1, 2, 3, 7, 1000)) {
            var got = new StringBuilder();
            var pieces = SECRETS.pieces(got::append);
            String text = "before " + spelling + " after";
            for (int at = 0; at < text.length(); at += size) {
                pieces.add(text.substring(at, Math.min(text.length(), at + size)));
            }
            pieces.end();
            assertFalse(
                    got.toString().contains(spelling.substring(4, spelling.length() - 4)),
                    got.toString());
            assertTrue(got.toString().startsWith("before "), got.toString());
            assertTrue(got.toString().endsWith(" after"), got.toString());
        }
    }

    /** Whoever finds a policy in an answer takes away what is in its way. */
    @ParameterizedTest
    @ValueSource(strings = {"\u200b", "\u2060", "\ufeff", "\u00ad"})
    void aSecretIsNotPutTogetherWhenItsPolicyIsFound(String between) {
        String policy =
                "<pre><span>class P extends Policy {\n// %s\npublic void enqueue(Task t, long f) {}\n}</span>"
                                .formatted(halves(KEY, between))
                        + "</pre>";
        assertTrue(SourceExtractor.extract(policy).orElseThrow().contains(KEY));
        String clean = SourceExtractor.extract(SECRETS.redact(policy)).orElseThrow();
        assertFalse(clean.contains(KEY.substring(0, 6)), clean);
        assertFalse(clean.contains(KEY.substring(KEY.length() - 6)), clean);
    }

    /** Whoever reads an answer puts these together, and so does who finds the policy in it. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "<b></b>",
                " ",
                "\n> ",
                "<!-- -->",
                ", ",
                "' + '",
                "</span><span class='x'>"
            })
    void aSecretInPartsIsTakenOut(String between) {
        for (String part : List.of(halves(KEY, between), parted(KEY, between))) {
            String clean = SECRETS.redact("class P {} // " + part + " end");
            assertEquals("class P {} // (key) end", clean);
            var got = new StringBuilder();
            var pieces = SECRETS.pieces(got::append);
            part.chars().forEach(c -> pieces.add(Character.toString(c)));
            pieces.end();
            assertEquals("(key)", got.toString());
        }
    }

    @Test
    void aSecretBackwardsIsTakenOut() {
        assertEquals("(key)", SECRETS.redact(new StringBuilder(KEY).reverse().toString()));
    }

    @Test
    void whatNearlyIsASecretIsLookedAtInTime() {
        var secrets =
                Secrets.of(
                        Endpoint.from(Map.of("OPENAI_API_KEY", "sk-" + "s-k_".repeat(40) + "9"))
                                .orElseThrow());
        for (String hostile :
                List.of(
                        "s-k_", "s", "s ", "-", "\u200b", "<s>", "%25", "\\u", "c2st", "115,", "<",
                        "k_s-", "5, 1")) {
            String text = "sk-" + hostile.repeat(100_000 / hostile.length());
            assertTimeoutPreemptively(
                    Duration.ofSeconds(30), () -> assertEquals(text, secrets.redact(text)));
        }
    }

    @Test
    void whatIsNoSecretArrivesAsItWasSent() {
        var got = new ArrayList<String>();
        var pieces = SECRETS.pieces(got::add);
        var sent = List.of("class ", "s", "k-", "olo", " QUERY", "x", " sk-Te+st/01");
        sent.forEach(pieces::add);
        pieces.end();
        assertEquals(sent, got);
    }

    @ParameterizedTest
    @CsvSource({
        "http://TOKENASUSER:x@host/v1, TOKENASUSER, true",
        "http://TOKENASUSER@host/v1, TOKENASUSER, true",
        "http://t0kenasuser12:long-password@host/v1, t0kenasuser12, true",
        "http://host/v1?k=ABCDEF123456, ABCDEF123456, true",
        "http://host/v1?subscription=ABCDEF123456&x=1, ABCDEF123456, true",
        "http://somebody:long-password@host/v1, somebody, false",
        "http://host/v1?api-version=2024-10-21-preview, 2024-10-21-preview, false",
        "http://host/v1?v=v1.2.345-beta, v1.2.345-beta, false",
        "http://host/v1?model=gpt-4o-mini, gpt-4o-mini, false",
        "http://host/v1?plan=enterprise, enterprise, false"
    })
    void aSecretOfAnAddressIsOneWhateverItIsCalled(String url, String text, boolean secret) {
        var secrets =
                Secrets.of(
                        Endpoint.from(Map.of("OPENAI_API_KEY", "none", "OPENAI_BASE_URL", url))
                                .orElseThrow());
        assertEquals(
                secret ? "bad (key)!" : "bad %s!".formatted(text),
                secrets.redact("bad %s!".formatted(text)));
    }

    @Test
    void aWordInPlaceOfAKeyIsNoSecret() {
        for (String word : List.of("none", "ollama", "EMPTY", "x")) {
            var secrets = Secrets.of(Endpoint.from(Map.of("OPENAI_API_KEY", word)).orElseThrow());
            assertEquals("the " + word + " word", secrets.redact("the " + word + " word"));
        }
    }

    @Test
    void nothingOfAnAnswerHasASecretInIt() throws Exception {
        String all = Stream.concat(spellings(), Stream.of("end")).collect(Collectors.joining(" "));
        String text = new JsonMapper().writeValueAsString(all);
        int middle = text.indexOf("Te+st");
        for (Reply reply :
                List.of(
                        Reply.stream(
                                "data: {\"model\":"
                                        + text
                                        + ",\"choices\":[{\"delta\":{\"content\":"
                                        + text.substring(0, middle)
                                        + "\"}}]}\n\n"
                                        + "data: {\"choices\":[{\"delta\":{\"content\":\""
                                        + text.substring(middle)
                                        + "},\"finish_reason\":"
                                        + text
                                        + "}]}\n\ndata: [DONE]\n\n"),
                        Reply.stream(
                                "data: {\"choices\":[{\"delta\":{\"content\":"
                                        + text
                                        + "}}]}\n\nerror: "
                                        + all
                                        + "\n"),
                        Reply.stream(
                                "data: {\"choices\":[{\"delta\":{\"refusal\":" + text + "}}]}\n\n"),
                        Reply.json(401, "{\"error\":{\"message\":" + text + "}}"),
                        Reply.json(418, all),
                        new Reply(301, "text/plain", "", "Location", "/?key=" + QUERY),
                        Reply.json(200, all))) {
            try (var server = new ScriptedServer(reply, Reply.json(404, all));
                    var model =
                            new OpenAiModel(
                                    endpoint("127.0.0.1:" + server.port()),
                                    "m",
                                    Sampling.DEFAULT)) {
                var seen = new StringBuilder(model.place() + model.name());
                try {
                    seen.append(model.complete(List.of(ChatMessage.user("?")), seen::append));
                } catch (ModelException e) {
                    seen.append(e.getMessage()).append(e.nextStep()).append(e.partial());
                    seen.append(e.getCause());
                }
                spellings()
                        .forEach(
                                spelling ->
                                        assertFalse(
                                                seen.toString()
                                                        .contains(
                                                                spelling.substring(
                                                                        4, spelling.length() - 4)),
                                                spelling));
                assertTrue(seen.length() > 20);
            }
        }
    }

    @Test
    void aLongAnswerIsNotHeldUp() {
        var pieces = SECRETS.pieces(_ -> {});
        assertTimeoutPreemptively(
                Duration.ofSeconds(20),
                () -> {
                    IntStream.range(0, 30_000).forEach(_ -> pieces.add("sk-x "));
                    pieces.end();
                });
    }
}
