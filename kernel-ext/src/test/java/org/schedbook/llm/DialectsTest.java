package org.schedbook.llm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.schedbook.llm.ScriptedServer.Reply.json;
import static org.schedbook.llm.ScriptedServer.Reply.stream;

import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.schedbook.llm.ScriptedServer.Reply;

/**
 * What servers that call themselves compatible really send. Each row is the dialect of a server or
 * a gateway, or a way in which one was seen to differ from the reference.
 */
@Timeout(60)
class DialectsTest {

    private static final List<ChatMessage> MESSAGES = List.of(ChatMessage.user("Write."));

    private static final String HELLO = content("Hel") + content("lo") + finish("stop");
    private static final String DONE = data("[DONE]");

    private static String data(String json) {
        return "data: " + json + "\n\n";
    }

    private static String content(String text) {
        return choice("{\"index\":0,\"delta\":{\"content\":\"" + text + "\"}}");
    }

    private static String finish(String reason) {
        return choice("{\"index\":0,\"delta\":{},\"finish_reason\":\"" + reason + "\"}");
    }

    private static String choice(String choice) {
        return data("{\"id\":\"c\",\"model\":\"m\",\"choices\":[" + choice + "]}");
    }

    private static String usage(String usage) {
        return data("{\"model\":\"m\",\"choices\":[],\"usage\":" + usage + "}");
    }

    private static Arguments row(String who, String body) {
        return row(who, stream(body), 0, 0);
    }

    private static Arguments row(String who, Reply reply, long in, long out) {
        return Arguments.of(who, reply, in, out);
    }

    /** Where an answer may stand that its server took for something else. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "\"reasoning_content\":\"%s\"},\"finish_reason\":\"stop\"",
                "\"reasoning\":\"%s\"},\"finish_reason\":\"stop\"",
                "\"tool_calls\":[{\"function\":{\"name\":\"f\",\"arguments\":\"%s\"}}]},"
                        + "\"finish_reason\":\"tool_calls\"",
                "\"function_call\":{\"name\":\"f\",\"arguments\":\"%s\"}},"
                        + "\"finish_reason\":\"function_call\""
            })
    void anAnswerInAnotherPlaceIsTaken(String message) throws Exception {
        String code = "class A extends Policy {}";
        try (var server =
                new ScriptedServer(
                        stream(choice("{\"delta\":{" + message.formatted(code) + "}") + DONE))) {
            assertEquals(code, ask(server, new StringBuilder()).text());
        }
    }

    static Stream<Arguments> answers() {
        String whole =
                """
                {"id":"c","object":"chat.completion","model":"m","choices":[{"index":0,
                "message":{"role":"assistant","content":"Hello"},"finish_reason":"stop"}],
                "usage":{"prompt_tokens":3,"completion_tokens":4}}
                """;
        return Stream.of(
                row(
                        "OpenAI",
                        stream(
                                choice(
                                                "{\"index\":0,\"delta\":{\"role\":\"assistant\",\"content\":\"\",\"refusal\":null},\"logprobs\":null,\"finish_reason\":null}")
                                        + HELLO
                                        + usage(
                                                "{\"prompt_tokens\":3,\"completion_tokens\":4,\"total_tokens\":7}")
                                        + DONE),
                        3,
                        4),
                row(
                        "Azure: filters first, then the answer",
                        data(
                                        "{\"choices\":[],\"created\":0,\"id\":\"\",\"model\":\"\",\"object\":\"\",\"prompt_filter_results\":[{\"prompt_index\":0}]}")
                                + HELLO
                                + DONE),
                row(
                        "llama.cpp: the count without a model",
                        stream(
                                HELLO
                                        + data(
                                                "{\"choices\":[],\"usage\":{\"prompt_tokens\":3,\"completion_tokens\":4}}")
                                        + DONE),
                        3,
                        4),
                row("LM Studio: no space after data:", HELLO.replace("data: ", "data:") + DONE),
                row(
                        "Ollama: model and usage in each",
                        stream(
                                data(
                                                "{\"model\":\"m\",\"choices\":[{\"index\":0,\"delta\":{\"role\":\"assistant\",\"content\":\"Hello\"},\"finish_reason\":null}],\"usage\":{\"prompt_tokens\":3,\"completion_tokens\":1}}")
                                        + data(
                                                "{\"model\":\"m\",\"choices\":[{\"index\":0,\"delta\":{\"content\":\"\"},\"finish_reason\":\"stop\"}],\"usage\":{\"prompt_tokens\":3,\"completion_tokens\":4}}")),
                        3,
                        4),
                row(
                        "vLLM: null where there is nothing",
                        stream(
                                data(
                                                "{\"model\":\"m\",\"choices\":[{\"index\":0,\"delta\":{\"content\":\"Hello\",\"reasoning_content\":null,\"tool_calls\":null},\"finish_reason\":null,\"stop_reason\":null}],\"usage\":null}")
                                        + finish("stop")
                                        + data(
                                                "{\"model\":\"m\",\"choices\":null,\"usage\":{\"prompt_tokens\":3,\"completion_tokens\":4,\"prompt_tokens_details\":null}}")
                                        + DONE),
                        3,
                        4),
                row(
                        "SGLang: an empty reason until the end",
                        data(
                                        "{\"model\":\"m\",\"choices\":[{\"index\":0,\"delta\":{\"content\":\"Hello\"},\"finish_reason\":\"\"}]}")
                                + finish("stop")
                                + DONE),
                row(
                        "Mistral: content as parts, with thoughts",
                        stream(
                                data(
                                                "{\"model\":\"m\",\"choices\":[{\"index\":0,\"delta\":{\"content\":[{\"type\":\"thinking\",\"thinking\":[{\"type\":\"text\",\"text\":\"Hm\"}]},{\"type\":\"text\",\"text\":\"Hel\"}]}}]}")
                                        + content("lo")
                                        + finish("stop")
                                        + usage("{\"prompt_tokens\":3}")
                                        + DONE),
                        3,
                        0),
                row(
                        "xAI: counts of its own beside",
                        stream(
                                HELLO
                                        + usage(
                                                "{\"prompt_tokens\":3,\"completion_tokens\":4,\"num_sources_used\":0,\"completion_tokens_details\":{\"reasoning_tokens\":\"x\"}}")
                                        + DONE),
                        3,
                        4),
                row(
                        "xAI: thoughts beside the answer, and in the total",
                        stream(
                                HELLO
                                        + usage(
                                                "{\"prompt_tokens\":3,\"completion_tokens\":4,\"total_tokens\":17,\"completion_tokens_details\":{\"reasoning_tokens\":10}}")
                                        + DONE),
                        3,
                        14),
                row(
                        "OpenAI: thoughts in the answer",
                        stream(
                                HELLO
                                        + usage(
                                                "{\"prompt_tokens\":3,\"completion_tokens\":14,\"total_tokens\":17,\"completion_tokens_details\":{\"reasoning_tokens\":10}}")
                                        + DONE),
                        3,
                        14),
                row(
                        "Gemini behind a proxy: thoughts alone are counted",
                        stream(
                                HELLO
                                        + usage(
                                                "{\"prompt_tokens\":3,\"completion_tokens\":0,\"total_tokens\":63,\"completion_tokens_details\":{\"reasoning_tokens\":60}}")
                                        + DONE),
                        3,
                        60),
                row(
                        "more cached than was asked",
                        stream(
                                HELLO
                                        + usage(
                                                "{\"prompt_tokens\":3,\"completion_tokens\":4,\"total_tokens\":1e30,\"cached_tokens\":9}")
                                        + DONE),
                        3,
                        4),
                row(
                        "OpenRouter: comments while it waits",
                        ": OPENROUTER PROCESSING\n\n"
                                + HELLO
                                + ": OPENROUTER PROCESSING\n\n"
                                + DONE),
                row(
                        "LiteLLM: counts as text",
                        stream(
                                HELLO
                                        + usage(
                                                "{\"prompt_tokens\":\"3\",\"completion_tokens\":\"4\",\"prompt_tokens_details\":{\"cached_tokens\":\"2\"}}")
                                        + DONE),
                        3,
                        4),
                row(
                        "Databricks: content as a list of text",
                        stream(
                                data(
                                                "{\"model\":\"m\",\"choices\":[{\"delta\":{\"content\":[{\"type\":\"reasoning\",\"summary\":[]},{\"type\":\"text\",\"text\":\"Hello\"}]}}]}")
                                        + finish("stop")),
                        0,
                        0),
                row(
                        "Groq: usage under a name of its own",
                        stream(
                                HELLO
                                        + data(
                                                "{\"choices\":[],\"x_groq\":{\"usage\":{\"prompt_tokens\":3,\"completion_tokens\":4}}}")
                                        + DONE),
                        3,
                        4),
                row("DeepSeek: keep-alive comments", ": keep-alive\n\n".repeat(3) + HELLO + DONE),
                row("no model at all", HELLO.replace("\"model\":\"m\",", "") + DONE),
                row("model null", HELLO.replace("\"model\":\"m\"", "\"model\":null") + DONE),
                row(
                        "no choices in the chunk of the count",
                        stream(HELLO + data("{\"usage\":{\"prompt_tokens\":3}}") + DONE),
                        3,
                        0),
                row("an empty usage", HELLO + usage("{}") + DONE),
                row(
                        "usage with nulls",
                        HELLO
                                + usage("{\"prompt_tokens\":null,\"completion_tokens\":null}")
                                + DONE),
                row(
                        "usage null after the count",
                        stream(
                                HELLO
                                        + usage("{\"prompt_tokens\":3,\"completion_tokens\":4}")
                                        + usage("null")
                                        + DONE),
                        3,
                        4),
                row("usage as text", HELLO + usage("\"none\"") + DONE),
                row(
                        "negative counts",
                        HELLO + usage("{\"prompt_tokens\":-1,\"completion_tokens\":-1}") + DONE),
                row(
                        "counts with a fraction",
                        stream(
                                HELLO
                                        + usage("{\"prompt_tokens\":3.0,\"completion_tokens\":4.0}")
                                        + DONE),
                        3,
                        4),
                row(
                        "a last choice without delta",
                        content("Hello")
                                + choice("{\"index\":0,\"finish_reason\":\"stop\"}")
                                + DONE),
                row(
                        "delta null",
                        content("Hello")
                                + choice("{\"index\":0,\"delta\":null,\"finish_reason\":\"stop\"}")
                                + DONE),
                row(
                        "events of another name between",
                        data("{\"type\":\"ping\"}")
                                + content("Hel")
                                + "event: ping\ndata: {}\n\n"
                                + content("lo")
                                + finish("stop")
                                + DONE),
                row("empty events", "data:\n\ndata: \n\n" + HELLO + "data:\n\n" + DONE),
                row("words that are no JSON between", data("keepalive") + HELLO + DONE),
                row("[done]", HELLO + data("[done]")),
                row("\"[DONE]\"", HELLO + data("\"[DONE]\"")),
                row("no [DONE]", HELLO),
                row("no reason but [DONE]", content("Hello") + DONE),
                row("neither a reason nor [DONE]", content("Hello")),
                row(
                        "no blank lines between events",
                        HELLO.replace("\n\n", "\n") + "data: [DONE]\n"),
                row("CRLF", (HELLO + DONE).replace("\n", "\r\n")),
                row("CR alone", (HELLO + DONE).replace("\n", "\r")),
                row("a byte order mark", "\ufeff" + HELLO + DONE),
                row(
                        "an event over several lines",
                        "data: {\"model\":\"m\",\ndata: \"choices\":[{\"index\":0,\ndata: \"delta\":{\"content\":\"Hello\"}}]}\n\n"
                                + finish("stop")
                                + DONE),
                row(
                        "id, event and retry lines",
                        HELLO.replace("data:", "id: 7\nretry: 5\nevent: message\ndata:") + DONE),
                row("the index as text", HELLO.replace("\"index\":0", "\"index\":\"0\"") + DONE),
                row("no index", HELLO.replace("\"index\":0,", "") + DONE),
                row(
                        "choices of other indices between",
                        content("Hel")
                                + choice("{\"index\":1,\"delta\":{\"content\":\"XX\"}}")
                                + content("lo")
                                + choice("{\"index\":1,\"delta\":{},\"finish_reason\":\"length\"}")
                                + finish("stop")
                                + DONE),
                row("choice 1 alone", HELLO.replace("\"index\":0", "\"index\":1") + DONE),
                row(
                        "choices as an object",
                        HELLO.replace("\"choices\":[", "\"choices\":").replace("]}\n", "}\n")
                                + DONE),
                row(
                        "text in place of a delta",
                        choice("{\"index\":0,\"text\":\"Hello\",\"finish_reason\":\"stop\"}")
                                + DONE),
                row(
                        "the whole again at the end",
                        content("Hel")
                                + content("lo")
                                + choice(
                                        "{\"index\":0,\"delta\":{},\"message\":{\"content\":\"Hello\"},\"finish_reason\":\"stop\"}")
                                + DONE),
                row(
                        "refusal empty, tool_calls empty",
                        choice(
                                        "{\"index\":0,\"delta\":{\"content\":\"Hello\",\"refusal\":\"\",\"tool_calls\":[]}}")
                                + finish("stop")
                                + DONE),
                row(
                        "error null in every chunk",
                        HELLO.replace("\"id\":\"c\"", "\"id\":\"c\",\"error\":null") + DONE),
                row(
                        "created as text, system_fingerprint null",
                        HELLO.replace(
                                        "\"id\":\"c\"",
                                        "\"created\":\"now\",\"system_fingerprint\":null")
                                + DONE),
                row("a completion that is not streamed", json(200, whole), 3, 4),
                row("the same, called a stream", stream(whole), 3, 4),
                row("the same, in one line", json(200, whole.replace("\n", "")), 3, 4),
                row("the same, as one event", stream(data(whole.replace("\n", "")) + DONE), 3, 4),
                row(
                        "lines of JSON without events",
                        new Reply(
                                200,
                                "application/x-ndjson",
                                HELLO.replace("data: ", "").replace("\n\n", "\n")),
                        0,
                        0),
                row("called plain text", new Reply(200, "text/plain", HELLO + DONE), 0, 0),
                row(
                        "called nothing",
                        new Reply(200, "application/octet-stream", HELLO + DONE),
                        0,
                        0),
                row(
                        "Python: no numbers",
                        HELLO.replace("\"id\":\"c\"", "\"x\":[NaN,-Infinity]") + DONE),
                row("a comma too many", HELLO.replace("]}\n", "],}\n") + DONE),
                row("single quotes", HELLO.replace('"', '\'') + DONE),
                row(
                        "data: twice",
                        ("data: " + HELLO + "data: " + DONE).replace("\n\ndata", "\n\ndata: data")),
                row("blanks before data:", HELLO.replace("data:", " \tdata :") + DONE),
                row("Data:", HELLO.replace("data:", "Data:") + DONE),
                row("a byte order mark before each", HELLO.replace("data:", "\ufeffdata:") + DONE),
                row("error empty", HELLO.replace("\"id\":\"c\"", "\"error\":\"\"") + DONE),
                row("error 0", HELLO.replace("\"id\":\"c\"", "\"error\":0") + DONE),
                row("error an empty object", HELLO.replace("\"id\":\"c\"", "\"error\":{}") + DONE),
                row(
                        "an empty error in a choice",
                        HELLO.replace("\"index\":0", "\"error\":\"\"") + DONE),
                row(
                        "an error after the end",
                        HELLO + data("{\"error\":{\"message\":\"no usage\"}}") + DONE),
                row("words after the end", HELLO + data("{\"detail\":\"client closed\"}")),
                row(
                        "signs of life with words",
                        data("{\"type\":\"heartbeat\",\"message\":\"alive\"}")
                                + data("{\"detail\":\"third in the queue\"}")
                                + content("Hello")),
                row("tool calls beside the text", content("Hello") + finish("tool_calls") + DONE),
                row("a reason that is None", content("Hello") + finish("None") + DONE),
                row("a reason by its long name", content("Hello") + finish("FINISH_REASON_STOP")),
                row(
                        "a reason that is an object",
                        content("Hello") + finish("x").replace("\"x\"", "{}") + DONE),
                row(
                        "text in a delta by another name",
                        choice("{\"index\":0,\"delta\":{\"text\":\"Hello\"}}") + DONE),
                row(
                        "text beside an empty delta",
                        choice("{\"index\":0,\"delta\":{\"content\":null},\"text\":\"Hello\"}")
                                + DONE),
                row(
                        "Moonshot: usage in the choice",
                        stream(
                                content("Hello")
                                        + choice(
                                                "{\"index\":0,\"delta\":{},\"finish_reason\":\"stop\",\"usage\":{\"prompt_tokens\":3,\"completion_tokens\":4}}")),
                        3,
                        4),
                row(
                        "Ollama's own format",
                        new Reply(
                                200,
                                "application/x-ndjson",
                                "{\"model\":\"m\",\"message\":{\"role\":\"assistant\",\"content\":\"Hel\"},\"done\":false}\n"
                                        + "{\"model\":\"m\",\"message\":{\"content\":\"lo\"},\"done_reason\":\"stop\",\"prompt_eval_count\":3,\"eval_count\":4}\n"),
                        3,
                        4),
                row(
                        "a gateway's wrapping",
                        HELLO.replace("data: {", "data: {\"data\":{").replace("]}\n", "]}}\n")),
                row(
                        "JSON as text",
                        stream(data("\"" + whole.replace("\n", "").replace("\"", "\\\"") + "\"")),
                        3,
                        4),
                row("a list of completions", json(200, "[\n" + whole + "]\n"), 3, 4),
                row("blanks before a completion", json(200, "\ufeff\n  " + whole), 3, 4),
                row(
                        "Anthropic's own format",
                        stream(
                                "event: message_start\n"
                                        + data(
                                                "{\"type\":\"message_start\",\"message\":{\"role\":\"assistant\",\"model\":\"m\",\"content\":[],\"usage\":{\"input_tokens\":3,\"output_tokens\":1}}}")
                                        + data(
                                                "{\"type\":\"content_block_start\",\"content_block\":{\"type\":\"text\",\"text\":\"\"}}")
                                        + data(
                                                "{\"type\":\"content_block_delta\",\"delta\":{\"type\":\"text_delta\",\"text\":\"Hel\"}}")
                                        + data(
                                                "{\"type\":\"content_block_delta\",\"delta\":{\"type\":\"text_delta\",\"text\":\"lo\"}}")
                                        + data("{\"type\":\"content_block_stop\"}")
                                        + data(
                                                "{\"type\":\"message_delta\",\"delta\":{\"stop_reason\":\"end_turn\"},\"usage\":{\"output_tokens\":4}}")
                                        + data("{\"type\":\"message_stop\"}")),
                        3,
                        4),
                row(
                        "the same, whole",
                        json(
                                200,
                                "{\"type\":\"message\",\"content\":[{\"type\":\"text\",\"text\":\"Hello\"}],\"stop_reason\":\"end_turn\",\"usage\":{\"input_tokens\":3,\"output_tokens\":4}}"),
                        3,
                        4),
                row(
                        "OpenAI's responses",
                        stream(
                                data(
                                                "{\"type\":\"response.created\",\"response\":{\"id\":\"r\",\"error\":null,\"output\":[]}}")
                                        + data(
                                                "{\"type\":\"response.output_text.delta\",\"delta\":\"Hel\"}")
                                        + data(
                                                "{\"type\":\"response.output_text.delta\",\"delta\":\"lo\"}")
                                        + data(
                                                "{\"type\":\"response.completed\",\"response\":{\"usage\":{\"input_tokens\":3,\"output_tokens\":4}}}")),
                        3,
                        4),
                row(
                        "Gemini's own format",
                        stream(
                                data(
                                                "{\"candidates\":[{\"content\":{\"parts\":[{\"text\":\"Hel\"}]}}]}")
                                        + data(
                                                "{\"candidates\":[{\"content\":{\"parts\":[{\"text\":\"lo\"}]},\"finishReason\":\"STOP\"}],\"usageMetadata\":{\"promptTokenCount\":3,\"candidatesTokenCount\":4}}")),
                        3,
                        4),
                row(
                        "Cloudflare's own format",
                        data("{\"response\":\"Hel\",\"p\":\"abcd\"}")
                                + data("{\"response\":\"lo\"}")
                                + data("{\"response\":\"\"}")
                                + DONE),
                row(
                        "the same, whole",
                        json(
                                200,
                                "{\"result\":{\"response\":\"Hello\"},\"success\":true,\"errors\":[],\"messages\":[]}"),
                        0,
                        0),
                row(
                        "Hugging Face's own format",
                        "data:{\"token\":{\"text\":\"Hel\"},\"generated_text\":null}\n\n"
                                + "data:{\"token\":{\"text\":\"lo\"},\"generated_text\":\"Hello\"}\n\n"),
                row(
                        "Cohere's own format",
                        data(
                                        "{\"type\":\"message-start\",\"delta\":{\"message\":{\"content\":[]}}}")
                                + data(
                                        "{\"type\":\"content-delta\",\"delta\":{\"message\":{\"content\":{\"text\":\"Hello\"}}}}")
                                + data(
                                        "{\"type\":\"message-end\",\"delta\":{\"finish_reason\":\"COMPLETE\"}}")),
                row(
                        "Together: the text twice in each",
                        choice(
                                        "{\"index\":0,\"text\":\"Hel\",\"delta\":{\"token_id\":1,\"content\":\"Hel\"}}")
                                + choice(
                                        "{\"index\":0,\"text\":\"lo\",\"delta\":{\"content\":\"lo\"}}")
                                + finish("stop")),
                row(
                        "Perplexity: all of it so far beside each piece",
                        choice(
                                        "{\"delta\":{\"content\":\"Hel\"},\"message\":{\"content\":\"Hel\"}}")
                                + choice(
                                        "{\"delta\":{\"content\":\"lo\"},\"message\":{\"content\":\"Hello\"},\"finish_reason\":\"stop\"}")),
                row("a delta that is text", choice("{\"delta\":\"Hello\"}") + finish("stop")),
                row(
                        "deltas that are text",
                        choice("{\"delta\":\"Hel\"}")
                                + choice("{\"delta\":\"lo\"}")
                                + finish("stop")),
                row(
                        "the old completions, as KoboldCpp has them",
                        choice("{\"index\":0,\"text\":\"Hel\",\"finish_reason\":null}")
                                + choice("{\"index\":0,\"text\":\"lo\",\"finish_reason\":null}")
                                + choice("{\"index\":0,\"text\":\"\",\"finish_reason\":\"stop\"}")
                                + DONE),
                row(
                        "pieces that are called messages",
                        choice("{\"message\":{\"role\":\"assistant\",\"content\":\"Hel\"}}")
                                + choice("{\"message\":{\"role\":\"assistant\",\"content\":\"l\"}}")
                                + choice(
                                        "{\"message\":{\"role\":\"assistant\",\"content\":\"o\"},\"finish_reason\":\"stop\"}")),
                row(
                        "two events in one",
                        content("Hel").strip() + content("lo").strip() + "\n\n" + finish("stop")),
                row(
                        "two objects in one event",
                        content("Hel").strip()
                                + content("lo").strip().replace("data: ", "")
                                + "\n\n"
                                + finish("stop")),
                row(
                        "printed over several lines",
                        "data: {\n \"choices\": [\n  {\"delta\": {\n   \"content\": \"Hello\"}}\n ]\n}\n\n"
                                + finish("stop")),
                row(
                        "OpenAI's responses, whole",
                        json(
                                200,
                                "{\"object\":\"response\",\"status\":\"completed\",\"error\":null,\"output\":[{\"type\":\"reasoning\",\"summary\":[]},{\"type\":\"message\",\"content\":[{\"type\":\"output_text\",\"text\":\"Hello\"}]}],\"usage\":{\"input_tokens\":3,\"output_tokens\":4}}"),
                        3,
                        4),
                row(
                        "Bedrock's own format",
                        json(
                                200,
                                "{\"output\":{\"message\":{\"role\":\"assistant\",\"content\":[{\"text\":\"Hello\"}]}},\"stopReason\":\"end_turn\"}"),
                        0,
                        0),
                row(
                        "watsonx's own format",
                        json(
                                200,
                                "{\"results\":[{\"generated_text\":\"Hello\",\"stop_reason\":\"eos_token\"}]}"),
                        0,
                        0),
                row(
                        "Replicate's own format",
                        json(
                                200,
                                "{\"status\":\"succeeded\",\"output\":[\"Hel\",\"lo\"],\"error\":null}"),
                        0,
                        0),
                row("JSON's text alone", json(200, "\"Hello\""), 0, 0),
                row(
                        "an error whose parts are empty",
                        HELLO.replace(
                                        "{\"id\"",
                                        "{\"error\":{\"message\":\"\",\"code\":null,\"more\":[]},\"id\"")
                                + DONE),
                row("NUL between", "\0\0" + HELLO.replace("\n\n", "\n\n\0") + DONE),
                row("created, not OK", new Reply(201, "text/event-stream", HELLO + DONE), 0, 0));
    }

    @Test
    void charactersThatAreCutByEventsAreWhole() throws Exception {
        String cut = content("\\ud83d") + content("\\ude00 h\u00e9") + finish("stop");
        try (var server = new ScriptedServer(stream(cut))) {
            assertEquals("\ud83d\ude00 h\u00e9", ask(server, new StringBuilder()).text());
        }
    }

    @Test
    void piecesThatEachHoldAllSoFarAreNoPartsOfTheText() throws Exception {
        String grown = content("H") + content("Hel") + content("Hello") + finish("stop") + DONE;
        try (var server = new ScriptedServer(stream(grown))) {
            assertEquals("Hello", ask(server, new StringBuilder()).text());
        }
        String messages = grown.replace("\"delta\"", "\"message\"");
        try (var server = new ScriptedServer(stream(messages))) {
            assertEquals("Hello", ask(server, new StringBuilder()).text());
        }
        String twice = content("a") + content("ab") + content("b") + finish("stop") + DONE;
        try (var server = new ScriptedServer(stream(twice))) {
            assertEquals("aabb", ask(server, new StringBuilder()).text());
        }
    }

    @Test
    void plainTextOfSeveralLinesIsAnAnswerAndALineIsWhatTheServerSays() throws Exception {
        String text = "Here:\n\n```java\nclass A extends Policy {\n}\n```";
        try (var server = new ScriptedServer(new Reply(200, "text/plain", text))) {
            Completion answer = ask(server, new StringBuilder());
            assertEquals(text.replace("\n\n", "\n"), answer.text());
            assertFalse(answer.endedEarly());
        }
        try (var server = new ScriptedServer(new Reply(200, "text/plain", "upstream is down"))) {
            var e = assertThrows(ModelException.class, () -> ask(server, new StringBuilder()));
            assertTrue(e.getMessage().contains("upstream is down"), e.getMessage());
        }
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("answers")
    void theTextArrivesWhateverIsAroundIt(String who, Reply reply, long in, long out)
            throws Exception {
        var pieces = new StringBuilder();
        try (var server = new ScriptedServer(reply)) {
            Completion answer = ask(server, pieces);
            assertEquals("Hello", answer.text(), who);
            assertEquals("Hello", pieces.toString(), who);
            assertFalse(answer.endedEarly(), answer.finishReason());
            assertEquals(in, answer.promptTokens());
            assertEquals(out, answer.completionTokens());
            assertEquals(1, server.requests.size());
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"choices\":[{\"delta\":{},\"finishReason\":\"MAX_TOKENS\"}]}",
                "{\"choices\":[{\"delta\":{},\"finish_reason\":null,\"stop_reason\":\"max_tokens\"}]}",
                "{\"choices\":[{\"delta\":{\"finish_reason\":\"length\"}}]}",
                "{\"choices\":[],\"finish_reason\":\"length\"}",
                "{\"type\":\"message_delta\",\"delta\":{\"stop_reason\":\"max_tokens\"}}",
                "{\"type\":\"response.incomplete\",\"response\":{\"incomplete_details\":{\"reason\":\"max_output_tokens\"}}}",
            })
    void anAnswerThatWasCutOffIsNotTakenForWholeWhereverThatIsSaid(String last) throws Exception {
        try (var server = new ScriptedServer(stream(content("Hello") + data(last) + DONE))) {
            Completion answer = ask(server, new StringBuilder());
            assertEquals("length", answer.finishReason());
            assertTrue(answer.endedEarly());
        }
    }

    @ParameterizedTest
    @CsvSource({
        "stop, stop, false",
        "STOP, stop, false",
        "eos, stop, false",
        "end_turn, stop, false",
        "stop_sequence, stop, false",
        "length, length, true",
        "max_tokens, length, true",
        "MAX_TOKENS, length, true",
        "model_length, length, true",
        "content_filter, content_filter, true",
        "something, something, true"
    })
    void theReasonIsUnderstood(String sent, String reason, boolean early) throws Exception {
        try (var server = new ScriptedServer(stream(content("Hello") + finish(sent) + DONE))) {
            Completion answer = ask(server, new StringBuilder());
            assertEquals(reason, answer.finishReason());
            assertEquals(early, answer.endedEarly());
        }
    }

    static Stream<Arguments> words() {
        return Stream.of(
                Arguments.of(
                        "OpenAI's responses",
                        stream(
                                data(
                                        "{\"type\":\"response.failed\",\"response\":{\"status\":\"failed\",\"error\":{\"code\":\"server_error\",\"message\":\"The model crashed\"},\"output\":[]}}")),
                        "The model crashed",
                        "",
                        ""),
                Arguments.of(
                        "Gemini's filter",
                        json(200, "{\"promptFeedback\":{\"blockReason\":\"SAFETY\"}}"),
                        "SAFETY",
                        "",
                        ""),
                Arguments.of(
                        "llama.cpp until late 2025",
                        stream(
                                "error: {\"code\":400,\"message\":\"the request exceeds the available context size (4096 tokens)\"}\n\n"),
                        "exceeds the available context size",
                        "12,000 tokens",
                        ""),
                Arguments.of(
                        "an error in place of a stream",
                        json(200, "{\"error\":{\"message\":\"the model is on holiday\"}}"),
                        "the model is on holiday",
                        "--model",
                        ""),
                Arguments.of(
                        "an error that is text",
                        json(200, "{\"error\":\"the model is on holiday\"}"),
                        "the model is on holiday",
                        "--model",
                        ""),
                Arguments.of(
                        "vLLM",
                        stream(
                                data(
                                                "{\"object\":\"error\",\"message\":\"context is 4096 tokens\",\"code\":400}")
                                        + DONE),
                        "context is 4096 tokens",
                        "12,000 tokens",
                        ""),
                Arguments.of(
                        "FastAPI",
                        stream(data("{\"detail\":\"Model not loaded\"}")),
                        "Model not loaded",
                        "name",
                        ""),
                Arguments.of(
                        "an event called error with JSON",
                        stream("event: error\ndata: {\"message\":\"boom\"}\n\n"),
                        "boom",
                        "words",
                        ""),
                Arguments.of(
                        "an event called error with words",
                        stream("event: error\ndata: boom\n\n"),
                        "boom",
                        "words",
                        ""),
                Arguments.of(
                        "type error",
                        stream(
                                data(
                                        "{\"type\":\"error\",\"error\":{\"type\":\"overloaded_error\",\"message\":\"Overloaded\"}}")),
                        "Overloaded",
                        "",
                        ""),
                Arguments.of(
                        "an error after text",
                        stream(
                                content("half")
                                        + data("{\"error\":{\"message\":\"CUDA out of memory\"}}")),
                        "CUDA out of memory",
                        "memory",
                        "half"),
                Arguments.of(
                        "OpenRouter: an error in a choice",
                        stream(
                                content("half")
                                        + choice(
                                                "{\"index\":0,\"delta\":{\"content\":\"\"},\"finish_reason\":\"error\",\"error\":{\"code\":502,\"message\":\"Provider disconnected\"}}")),
                        "Provider disconnected",
                        "kept",
                        "half"),
                Arguments.of(
                        "a reason that is an error",
                        stream(content("half") + finish("error") + DONE),
                        "ended the answer with an error",
                        "kept",
                        "half"),
                Arguments.of(
                        "cut off within an event",
                        stream(content("half") + "data: {\"choices\":[{\"ind"),
                        "broke off",
                        "kept",
                        "half"),
                Arguments.of(
                        "a page in place of an answer",
                        new Reply(
                                200,
                                "text/html",
                                "<!DOCTYPE html><html><head><title>Log in &amp; go on</title></head></html>"),
                        "web page",
                        "proxy",
                        ""),
                Arguments.of(
                        "words in place of an answer",
                        new Reply(200, "text/plain", "upstream is gone"),
                        "upstream is gone",
                        "OPENAI_BASE_URL",
                        ""),
                Arguments.of(
                        "words in an event",
                        stream(data("upstream is gone")),
                        "upstream is gone",
                        "OPENAI_BASE_URL",
                        ""),
                Arguments.of("nothing at all", stream(""), "before the first word", "context", ""),
                Arguments.of(
                        "400 in JSON",
                        json(400, "{\"error\":{\"message\":\"no such thing\"}}"),
                        "status 400: no such thing",
                        "--model",
                        ""),
                Arguments.of(
                        "400 in words",
                        new Reply(400, "text/plain", "no such thing"),
                        "status 400: no such thing",
                        "--model",
                        ""),
                Arguments.of(
                        "400 as text in JSON",
                        json(400, "\"no such thing\""),
                        "status 400: \"no such thing\"",
                        "--model",
                        ""),
                Arguments.of(
                        "400 from pydantic",
                        json(
                                422,
                                "{\"detail\":[{\"type\":\"missing\",\"loc\":[\"body\",\"messages\"],\"msg\":\"Field required\"}]}"),
                        "messages: Field required",
                        "--model",
                        ""),
                Arguments.of(
                        "400 within 400",
                        json(
                                400,
                                "{\"error\":{\"message\":\"Provider returned error\",\"metadata\":{\"raw\":\"{\\\"error\\\":{\\\"message\\\":\\\"no such thing\\\"}}\"}}}"),
                        "Provider returned error: no such thing",
                        "--model",
                        ""),
                Arguments.of(
                        "404 in words",
                        new Reply(404, "text/plain", "status 404: page not found"),
                        "404: page not found",
                        "/v1",
                        ""),
                Arguments.of(
                        "404 without a word",
                        new Reply(404, "text/plain", ""),
                        "status 404.",
                        "/v1",
                        ""),
                Arguments.of(
                        "an unknown model",
                        json(
                                400,
                                "{\"error\":{\"message\":\"model 'm' not found, try pulling it first\"}}"),
                        "try pulling it",
                        "'some-model'",
                        ""),
                Arguments.of(
                        "502 as a page",
                        new Reply(
                                502,
                                "text/html",
                                "<html><head><title>502 Bad Gateway</title></head><body>nginx</body></html>"),
                        "status 502: (a web page) Bad Gateway",
                        "later",
                        ""),
                Arguments.of(
                        "401 without a key",
                        json(401, "{\"error\":{\"message\":\"no key\"}}"),
                        "status 401: no key",
                        "Set OPENAI_API_KEY",
                        ""),
                Arguments.of(
                        "no credit",
                        json(
                                429,
                                "{\"error\":{\"code\":\"insufficient_quota\",\"message\":\"You exceeded your current quota\"}}"),
                        "exceeded your current quota",
                        "credit",
                        ""),
                Arguments.of(
                        "a long wait",
                        new Reply(429, "text/plain", "slow down", "Retry-After", "3600"),
                        "slow down",
                        "1 h 0 min",
                        ""),
                Arguments.of(
                        "what only a tool was to be given",
                        stream(
                                choice(
                                                "{\"index\":0,\"delta\":{\"tool_calls\":[{\"function\":{\"name\":\"f\",\"arguments\":\"the answer\"}}]}}")
                                        + finish("tool_calls")),
                        "wants to call a tool",
                        "--model",
                        "the answer"),
                Arguments.of(
                        "MiniMax",
                        json(
                                200,
                                "{\"base_resp\":{\"status_code\":1004,\"status_msg\":\"login fail\"},\"choices\":null}"),
                        "login fail",
                        "",
                        ""),
                Arguments.of(
                        "code and msg",
                        json(200, "{\"code\":401,\"msg\":\"token expired\",\"data\":null}"),
                        "token expired",
                        "OPENAI_API_KEY",
                        ""),
                Arguments.of(
                        "Azure in XML",
                        new Reply(
                                404,
                                "application/xml",
                                "<Error><Code>1</Code><Message>No such deployment</Message></Error>"),
                        "404: No such deployment",
                        "name",
                        ""),
                Arguments.of(
                        "a piece of a page",
                        new Reply(200, "text/html", "<div>Sign in, please</div>"),
                        "web page came in place of an answer: Sign in, please",
                        "login",
                        ""),
                Arguments.of(
                        "a model that cannot be loaded",
                        json(503, "{\"error\":\"failed to load model: broken file\"}"),
                        "failed to load model",
                        "server's side",
                        ""),
                Arguments.of(
                        "a long wait in words",
                        json(429, "{\"error\":{\"message\":\"Please try again in 6m30s.\"}}"),
                        "try again in 6m30s",
                        "6 min",
                        ""),
                Arguments.of(
                        "Google",
                        json(
                                400,
                                "[{\"error\":{\"code\":400,\"message\":\"API key not valid. Please pass a valid API key.\"}}]"),
                        "API key not valid",
                        "Set OPENAI_API_KEY",
                        ""),
                Arguments.of(
                        "JSON that is no answer",
                        json(200, "{\"id\":7,\"state\":\"queued\"}"),
                        "queued",
                        "OPENAI_BASE_URL",
                        ""),
                Arguments.of(
                        "a raw line break in a string",
                        stream(
                                "data: {\"choices\":[{\"delta\":{\"content\":\"x\"}}],\n\"error\":\"bo\nom\"}\n\n"),
                        "bo om",
                        "words",
                        ""),
                Arguments.of(
                        "too long a request",
                        json(413, "{\"message\":\"Payload too large\"}"),
                        "Payload too large",
                        "longer",
                        ""));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{'errors':{'model':['wrong thing']}}",
                "{'error_code':17,'error_msg':'wrong thing'}",
                "{'Error':{'Message':'wrong thing'}}",
                "{'message':null,'Message':'wrong thing'}",
                "{'fault':{'faultstring':'wrong thing','detail':{'errorcode':'x'}}}",
                "{'title':'wrong thing','status':400}",
                "{'status':400,'error':'Bad Request','message':'wrong thing','path':'/v1'}",
                "{'success':false,'error_message':'wrong thing'}",
                "{'error':'invalid_request','error_description':'wrong thing'}",
                "{'status':'error','reason':'wrong thing'}",
                "{'error':{'code':'x','innererror':{'message':'wrong thing'}}}",
                "{'statusCode':400,'body':'{\\'message\\':\\'wrong thing\\'}'}",
                "{'resultCode':400,'resultMsg':'wrong thing'}",
                "{'header':{'code':10013,'message':'wrong thing'}}",
                "{'errorMessage':'wrong thing','errorType':'X'}",
                "{'exception':'wrong thing'}",
                "{'error':{'type':'wrong thing'}}",
                "{'success':false,'errors':[{'code':7,'message':'wrong thing'}],'result':null}",
            })
    void theWordsAreFoundUnderAnyNameAndWithAnyStatus(String body) throws Exception {
        for (int status : List.of(200, 400)) {
            try (var server = new ScriptedServer(json(status, body.replace('\'', '"')))) {
                var e = assertThrows(ModelException.class, () -> ask(server, new StringBuilder()));
                assertTrue(e.getMessage().endsWith("wrong thing"), e.getMessage());
            }
        }
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("words")
    void whatTheServerSaysIsSaidWithAdviceThatFits(
            String who, Reply reply, String words, String advice, String partial) throws Exception {
        try (var server = new ScriptedServer(reply)) {
            var e = assertThrows(ModelException.class, () -> ask(server, new StringBuilder()));
            assertTrue(e.getMessage().contains(words), e.getMessage());
            assertFalse(
                    e.getMessage().matches(".*status 200.*|.*(\\d{3}): \\1\\b.*"), e.getMessage());
            assertTrue(e.nextStep().contains(advice), e.nextStep());
            assertEquals(partial, e.partial());
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "400|{\"error\":{\"message\":\"Unrecognized request argument supplied: stream_options\"}}",
                "422|{\"detail\":[{\"type\":\"extra_forbidden\",\"loc\":[\"body\",\"stream_options\"],\"msg\":\"Extra inputs are not permitted\"}]}",
                "400|{\"error\":\"include_usage is unknown\"}",
                "400|Unknown parameter: 'stream_options'.",
                "400|{\"message\":\"Unexpected keyword argument\"}",
                "200|{\"error\":{\"message\":\"Unrecognized request argument: stream_options\",\"code\":400}}",
                "404|{\"error\":\"stream_options is not supported\"}",
                "501|stream_options: not implemented",
            })
    void aServerThatDoesNotCountIsAskedOnceMoreWithoutThat(int status, String body)
            throws Exception {
        try (var server =
                new ScriptedServer(new Reply(status, "text/plain", body), stream(HELLO + DONE))) {
            try (var model = model(server)) {
                assertEquals("Hello", model.complete(MESSAGES, _ -> {}).text());
                assertEquals("Hello", model.complete(MESSAGES, _ -> {}).text());
            }
            assertTrue(server.requests.get(0).body().has("stream_options"));
            assertFalse(server.requests.get(1).body().has("stream_options"));
            assertEquals(3, server.requests.size(), "it is not tried again and again");
        }
    }

    @Test
    void aServerThatDoesNotStreamIsAskedForTheWhole() throws Exception {
        try (var server =
                new ScriptedServer(
                        json(
                                400,
                                "{\"error\":{\"message\":\"Unsupported value: 'stream' does not support true with this model.\"}}"),
                        json(200, "{\"choices\":[{\"message\":{\"content\":\"Hello\"}}]}"))) {
            assertEquals("Hello", ask(server, new StringBuilder()).text());
            assertFalse(server.requests.get(1).body().path("stream").asBoolean());
            assertFalse(server.requests.get(1).body().has("stream_options"));
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {200, 400, 405, 501})
    void howItSaysThatItDoesNotStreamIsAllTheSame(int status) throws Exception {
        try (var server =
                new ScriptedServer(
                        json(
                                status,
                                "{\"error\":{\"message\":\"Streaming is not supported\",\"code\":400}}"),
                        json(200, "{\"choices\":[{\"message\":{\"content\":\"Hello\"}}]}"))) {
            assertEquals("Hello", ask(server, new StringBuilder()).text());
            assertEquals(2, server.requests.size());
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "400|{\"error\":{\"message\":\"System role not supported\"}}", // Gemma 2, vLLM
                "500|{\"error\":{\"code\":500,\"message\":\"System role not supported at row 1, column 123\"}}",
                "400|{\"error\":{\"message\":\"Unsupported value: 'messages[0].role' does not support 'system' with this model.\",\"code\":\"unsupported_value\"}}",
                "400|{\"error\":{\"message\":\"Developer instruction is not enabled for models/gemma-3-27b-it\"}}",
                "400|{\"object\":\"error\",\"message\":\"Conversation roles must alternate user/assistant/user/assistant/...\"}",
                "422|{\"detail\":\"This model does not support system messages\"}",
                "400|{\"error\":{\"message\":\"`system` role is not supported for this model\"}}",
                "400|{\"message\":\"The model does not support the 'system' role\"}",
                "200|{\"error\":{\"message\":\"System role not supported\",\"code\":400}}",
                "400|{\"error\":\"system prompt is not allowed\"}",
            })
    void aModelWithoutASystemRoleIsToldByTheUser(int status, String body) throws Exception {
        try (var server = new ScriptedServer(json(status, body), stream(HELLO + DONE));
                var model = model(server)) {
            var why = new ArrayList<String>();
            var messages =
                    List.of(
                            ChatMessage.system("Rules."),
                            ChatMessage.user("Write."),
                            ChatMessage.assistant("Wrong."),
                            ChatMessage.user("Again."));
            assertEquals("Hello", model.complete(messages, _ -> {}, why::add).text());
            assertEquals("Hello", model.complete(messages, _ -> {}, why::add).text());
            assertEquals(3, server.requests.size());
            assertEquals(
                    "[{\"content\":\"Rules.\\n\\nWrite.\",\"role\":\"user\"},"
                            + "{\"role\":\"assistant\",\"content\":\"Wrong.\"},"
                            + "{\"content\":\"Again.\",\"role\":\"user\"}]",
                    server.requests.get(1).body().path("messages").toString());
            assertEquals(1, why.size());
            assertTrue(why.getFirst().contains("no system message"), why.toString());
        }
    }

    @Test
    void aWrongSystemMessageIsNoReasonToAskAgain() throws Exception {
        for (String words :
                List.of(
                        "The system is not available",
                        "your system prompt is too long: context length is 4096 tokens",
                        "invalid file system role binding")) {
            try (var server =
                            new ScriptedServer(
                                    json(400, "{\"error\":{\"message\":\"" + words + "\"}}"));
                    var model = model(server)) {
                assertThrows(ModelException.class, () -> model.complete(MESSAGES, _ -> {}));
                assertEquals(1, server.requests.size(), words);
            }
        }
    }

    @Test
    void aServerThatHasMovedIsSaidToHave() throws Exception {
        try (var server =
                new ScriptedServer(
                        new Reply(301, "text/plain", "", "Location", "/v2/chat/completions"),
                        new Reply(405, "text/plain", "POST only"))) {
            var e = assertThrows(ModelException.class, () -> ask(server, new StringBuilder()));
            assertTrue(e.getMessage().contains("moved to /v2/chat/completions"), e.getMessage());
            assertTrue(e.nextStep().contains("Set OPENAI_BASE_URL"), e.nextStep());
        }
    }

    @Test
    void whereItHasMovedToIsSaidWithoutWhatMayBeASecret() throws Exception {
        try (var server =
                new ScriptedServer(
                        new Reply(302, "text/plain", "", "Location", "/login?token=abc#d"),
                        new Reply(200, "text/html", "<title>Log in</title>"))) {
            var e = assertThrows(ModelException.class, () -> ask(server, new StringBuilder()));
            assertTrue(e.getMessage().endsWith("moved to /login"), e.getMessage());
        }
    }

    @Test
    void aServerThatSendsARequestElsewhereIsFollowed() throws Exception {
        try (var server =
                new ScriptedServer(
                        new Reply(307, "text/plain", "", "Location", "/v2/chat/completions"),
                        stream(HELLO + DONE))) {
            assertEquals("Hello", ask(server, new StringBuilder()).text());
        }
    }

    @Test
    void aTemperatureThatIsRefusedIsLeftToThePerson() throws Exception {
        try (var server =
                        new ScriptedServer(
                                json(
                                        400,
                                        "{\"error\":{\"message\":\"Unsupported value: 'temperature' does not support 0 with this model.\"}}"));
                var model =
                        new OpenAiModel(
                                new Endpoint(Optional.of(server.url()), Optional.empty()),
                                "m",
                                new Sampling(OptionalDouble.of(0)))) {
            var e = assertThrows(ModelException.class, () -> model.complete(MESSAGES, _ -> {}));
            assertTrue(e.nextStep().contains("Leave --temperature out"), e.nextStep());
            assertEquals(1, server.requests.size());
        }
    }

    @Test
    void aServerThatLoadsItsModelIsWaitedForAndThatIsSaid() throws Exception {
        Reply loading =
                json(
                        503,
                        "{\"error\":{\"code\":503,\"message\":\"Loading model\",\"type\":\"unavailable_error\"}}");
        Reply inItsWay =
                json(500, "{\"error\":{\"message\":\"The model is still loading, please wait\"}}");
        try (var server =
                        new ScriptedServer(
                                loading, loading, inItsWay, inItsWay, stream(HELLO + DONE));
                var model = model(server)) {
            var why = new ArrayList<String>();
            assertEquals("Hello", model.complete(MESSAGES, _ -> {}, why::add).text());
            assertEquals(5, server.requests.size());
            assertEquals(4, why.size());
            assertTrue(why.getFirst().contains("loading the model"), why.toString());
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "120|120",
                "120s|120",
                "2m0.5s|120",
                "1h|3600",
                "1795780920|120", // seconds since 1970
                "Fri, 27 Nov 2026 12:02:00 GMT|120",
                "Mon, 27 Nov 2026 12:02:00 UTC|120", // it was a Friday
                "Friday, 27-Nov-26 12:02:00 GMT|120",
                "Fri Nov 27 12:02:00 2026|120",
                "Tue Nov  3 12:02:00 2026|", // past
                "2026-11-27T12:02:00Z|120",
                "2026-11-27T14:02:00+02:00|120",
                "1e300|",
                "Infinity|",
                "NaN|",
                "-5|",
                "soon|",
                "''|",
            })
    void everyWayToSayWhenIsUnderstood(String header, Long seconds) {
        assertEquals(
                Optional.ofNullable(seconds),
                RetryAfter.header(header, Instant.parse("2026-11-27T12:00:00Z"))
                        .map(Duration::toSeconds));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "Please try again in 7.66s. Visit us.|7",
                "Rate limit reached, retry after 20 seconds|20",
                "try again in 1h2m3s|3723",
                "Wait 150ms|0",
                "try again later|",
                "try again in 7 days|",
            })
    void whenToComeBackIsFoundAmongWords(String words, Long seconds) {
        assertEquals(
                Optional.ofNullable(seconds), RetryAfter.words(words).map(Duration::toSeconds));
    }

    @ParameterizedTest
    @CsvSource({"-1, 0", "0, 0", "nonsense, 0", "1.5, 1500", "DATE, 1000", "PAST, 0"})
    void whenToComeBackIsUnderstood(String header, long atLeastMs) throws Exception {
        var date = ZonedDateTime.now(ZoneOffset.UTC).plusSeconds(header.equals("PAST") ? -60 : 3);
        String sent =
                header.length() == 4 && !header.equals("-1")
                        ? DateTimeFormatter.RFC_1123_DATE_TIME.format(date)
                        : header;
        try (var server =
                new ScriptedServer(
                        new Reply(429, "text/plain", "slow down", "Retry-After", sent),
                        stream(HELLO + DONE))) {
            long started = System.nanoTime();
            assertEquals("Hello", ask(server, new StringBuilder()).text());
            long ms = (System.nanoTime() - started) / 1_000_000;
            assertTrue(ms >= Math.max(400, atLeastMs), ms + " ms");
        }
    }

    @Test
    void anAnswerWithoutAnEndIsStoppedAndKept() throws Exception {
        String piece = "x".repeat(100_000);
        try (var server = new ScriptedServer(stream(content(piece).repeat(30)))) {
            var pieces = new StringBuilder();
            var e = assertThrows(ModelException.class, () -> ask(server, pieces));
            assertTrue(e.getMessage().contains("more than 1,048,576 characters"), e.getMessage());
            assertEquals(1_000_000, e.partial().length());
            assertEquals(1_000_000, pieces.length());
        }
    }

    @Test
    void aLineWithoutAnEndIsStopped() throws Exception {
        String line = "data: {\"x\":\"" + "x".repeat(5 << 20);
        try (var server = new ScriptedServer(stream(content("half") + line))) {
            var e = assertThrows(ModelException.class, () -> ask(server, new StringBuilder()));
            assertTrue(
                    e.getMessage().contains("a line of more than 4,194,304 bytes"), e.getMessage());
            assertEquals("half", e.partial());
        }
    }

    private static OpenAiModel model(ScriptedServer server) {
        return new OpenAiModel(
                new Endpoint(Optional.of(server.url()), Optional.empty()),
                "some-model",
                Sampling.DEFAULT,
                Duration.ofSeconds(20));
    }

    private static Completion ask(ScriptedServer server, StringBuilder pieces) throws Exception {
        try (var model = model(server)) {
            return model.complete(MESSAGES, pieces::append);
        }
    }
}
