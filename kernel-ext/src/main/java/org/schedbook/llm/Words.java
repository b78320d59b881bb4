package org.schedbook.llm;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.json.JsonReadFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What a server says of a request, in its own words, wherever it puts them. */
final class Words {

    /** Servers write what their languages print: NaN, raw tabs, a comma too many. */
    static final JsonMapper JSON =
            JsonMapper.builder()
                    .enable(
                            JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS,
                            JsonReadFeature.ALLOW_UNESCAPED_CONTROL_CHARS,
                            JsonReadFeature.ALLOW_TRAILING_COMMA,
                            JsonReadFeature.ALLOW_SINGLE_QUOTES,
                            JsonReadFeature.ALLOW_BACKSLASH_ESCAPING_ANY_CHARACTER)
                    .build();

    /** In the order in which they count; however servers join and capitalise what they are of. */
    private static final List<String> NAMES =
            List.of(
                    "error",
                    "message",
                    "faultstring",
                    "detail",
                    "errors",
                    "msg",
                    "errormessage",
                    "errormsg",
                    "statusmsg",
                    "resultmsg",
                    "baseresp",
                    "description",
                    "errordescription",
                    "title",
                    "reason",
                    "exception",
                    "err",
                    "fault",
                    "innererror",
                    "header",
                    "body",
                    "promptfeedback",
                    "blockreason");

    /** Where the words are of what another field only names. */
    private static final List<String> LONGER =
            List.of("message", "detail", "errordescription", "description", "reason");

    private static final Pattern PAGE =
            Pattern.compile(
                    "(?is)\\s*<(!doctype html|html|head|body|div|center|h\\d|p|title)\\b.*");

    private static final Pattern MARKUP = Pattern.compile("(?is)\\s*<[a-z!?].*");

    private static final Pattern TITLE =
            Pattern.compile("(?is)<(title|h1|message)\\b[^>]*>(.*?)</\\1>");

    /** Returns the words in a body of any kind; empty if there are none. */
    static String of(String body) {
        if (MARKUP.matcher(body).matches()) {
            String head = body.substring(0, Math.min(body.length(), 20_000));
            Matcher title = TITLE.matcher(head);
            return line(
                    title.find()
                            ? title.group(2)
                            : head.replaceAll("(?is)<(script|style).*?</\\1>|<[^>]*>", " "));
        }
        try {
            JsonNode node = JSON.readTree(body);
            return node.isContainerNode() ? of(node) : line(body);
        } catch (JsonProcessingException e) {
            return line(body);
        }
    }

    /** Returns the text that JSON is; empty if it is none. */
    static String text(String json) {
        try {
            return JSON.readTree(json).asText();
        } catch (JsonProcessingException e) {
            return "";
        }
    }

    /** Returns the words in an object. */
    static String of(JsonNode node) {
        String words = said(node);
        return words.isBlank() ? line(node.toString()) : words;
    }

    /** Returns the words in an object, empty if there are none. */
    static String said(JsonNode node) {
        return line(find(node, 0));
    }

    private static String find(JsonNode node, int depth) {
        if (node.isTextual()) {
            String text = node.asText().strip();
            // Gateways pass on what they were told as text.
            if (text.startsWith("{") && depth < 4) {
                try {
                    String inner = find(JSON.readTree(text), depth + 1);
                    return inner.isBlank() ? text : inner;
                } catch (JsonProcessingException e) {
                    return text;
                }
            }
            return text;
        }
        if (depth > 4) {
            return "";
        }
        if (node.isArray()) {
            return node.isEmpty() ? "" : find(node.get(0), depth + 1);
        }
        if (node.path("loc").isArray() && node.path("msg").isTextual()) {
            JsonNode place = node.path("loc").path(node.path("loc").size() - 1);
            return place.asText() + ": " + node.path("msg").asText();
        }
        String raw = find(node.path("metadata").path("raw"), depth + 1);
        var fields = new HashMap<String, JsonNode>();
        node.properties().stream()
                .filter(each -> !each.getValue().isNull())
                .forEach(each -> fields.putIfAbsent(plain(each.getKey()), each.getValue()));
        for (String name : NAMES) {
            String words = wordsOf(fields.get(name), depth);
            if (!words.isBlank()) {
                String more =
                        raw.isBlank() && fields.get(name).isTextual()
                                ? longer(fields, name, depth)
                                : raw;
                return more.isBlank() || words.contains(more) ? words : words + ": " + more;
            }
        }
        // What is wrong with what, by its name.
        return raw.isBlank() && depth > 0 && node.size() == 1
                ? node.properties().stream()
                        .map(each -> each.getKey() + ": " + find(each.getValue(), depth + 1))
                        .filter(words -> !words.endsWith(": "))
                        .findFirst()
                        .orElse("")
                : raw;
    }

    private static String wordsOf(JsonNode value, int depth) {
        return value == null ? "" : find(value, depth + 1);
    }

    /** Returns the words beside an error that is only named. */
    private static String longer(Map<String, JsonNode> fields, String named, int depth) {
        return !named.equals("error")
                ? ""
                : LONGER.stream()
                        .map(name -> wordsOf(fields.get(name), depth))
                        .filter(words -> !words.isBlank())
                        .findFirst()
                        .orElse("");
    }

    private static String plain(String name) {
        return name.replaceAll("[_-]", "").toLowerCase(Locale.ROOT);
    }

    /** Returns the status of HTTP that an error names, 0 if it names none. */
    static int status(JsonNode node) {
        JsonNode error = node.path("error").isObject() ? node.path("error") : node;
        for (String name : List.of("code", "status", "status_code", "statusCode")) {
            int code = error.path(name).asInt(0);
            if (code >= 400 && code <= 599) {
                return code;
            }
        }
        return 0;
    }

    static boolean isPage(String body) {
        return PAGE.matcher(body).matches();
    }

    private static String line(String text) {
        return text.replaceAll("\\s+", " ").strip();
    }

    private Words() {}
}
