package org.schedbook.llm;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

/**
 * What has arrived of an answer. Servers that call themselves compatible leave fields out, send
 * null, text for numbers and lists for text: whatever is there is taken, and what is missing is not
 * known.
 */
final class Answer {

    /** More than any policy; a server that writes on is stopped. */
    static final int MAX_CHARACTERS = 1 << 20;

    /** Pieces that are alike by chance are shorter. */
    private static final int MIN_REPEATED = 32;

    /** What an answer has that was put in another place. */
    private static final Pattern CODE = Pattern.compile("```|~~~|\\bclass\\s+\\w+");

    /** Where servers put what a model thought before it answered; not in OpenAI's format. */
    private static final List<String> REASONING =
            List.of("reasoning_content", "reasoning", "thinking");

    /** What servers say of an answer that is whole. */
    private static final Set<String> WHOLE =
            Set.of(
                    "stop",
                    "eos",
                    "eos_token",
                    "end_turn",
                    "end",
                    "stop_sequence",
                    "stop_token",
                    "complete",
                    "completed",
                    "done",
                    "finish",
                    "finished",
                    // It wrote its answer, too.
                    "tool_calls",
                    "function_call",
                    "tool_use");

    /** What some write in place of nothing. */
    private static final Set<String> NOTHING = Set.of("null", "none", "unspecified", "unknown");

    /** Under what names gateways put what they were given into an object of their own. */
    private static final List<String> WRAPPINGS =
            List.of("data", "result", "response", "output", "completion", "body");

    /** What they say of one that was cut off. */
    private static final Set<String> CUT =
            Set.of("length", "max_tokens", "max_length", "model_length", "max_output_tokens");

    private static final Set<String> FAILED = Set.of("error", "engine_error", "network_error");

    /** Where formats of other makers have a piece of text, or the whole, or what ends it. */
    private static final List<String> OTHER_TEXTS =
            pointers(
                    "message/content", // Ollama, Cohere
                    "output/message/content", // Bedrock
                    "results/0/generated_text", // watsonx
                    "output", // OpenAI's responses as a whole, Replicate
                    "delta/text", // Anthropic
                    "delta/message/content", // Cohere
                    "delta", // OpenAI's responses
                    "response", // Ollama, Cloudflare
                    "result/response",
                    "token/text", // Hugging Face
                    "candidates/0/content/parts", // Gemini
                    "content", // Anthropic, llama.cpp
                    "generated_text");

    private static final List<String> OTHER_REASONS =
            pointers(
                    "done_reason",
                    "delta/stop_reason",
                    "stop_reason",
                    "stopReason",
                    "results/0/stop_reason",
                    "delta/finish_reason",
                    "finish_reason",
                    "incomplete_details/reason",
                    "response/incomplete_details/reason",
                    "candidates/0/finishReason");

    /** A choice has its reason under one of these; the first is OpenAI's. */
    private static final List<String> REASONS =
            pointers(
                    "finish_reason",
                    "finishReason",
                    "delta/finish_reason",
                    "stop_reason",
                    "delta/stop_reason");

    private static List<String> pointers(String... paths) {
        return Stream.of(paths).map("/"::concat).toList();
    }

    /** A server that ends what it began, or refuses what it was asked, with words of its own. */
    static final class SaidException extends Exception {

        private static final long serialVersionUID = 1L;

        private final int status;

        /**
         * @param status what it would have been as a status of HTTP, 0 if that is not known
         */
        SaidException(int status, String words) {
            super(words);
            this.status = status;
        }

        int status() {
            return status;
        }
    }

    private final Consumer<String> onText;
    private final StringBuilder text = new StringBuilder();
    private final StringBuilder reasoning = new StringBuilder();
    private final StringBuilder refusal = new StringBuilder();

    /** Servers that were asked for one answer may send several; the first is the answer. */
    private final Map<Integer, StringBuilder> others = new TreeMap<>();

    private int size;
    private boolean begun;
    private boolean done;
    private boolean toolCalls;

    /** What the model wanted to give a tool; the answer may be in it. */
    private final StringBuilder arguments = new StringBuilder();

    private String garbled = "";
    private String stray = "";
    private String unknown = "";

    /** The last piece, and how many there were, as long as each began with all before it. */
    private String lastPiece = "";

    private int nrCumulative;
    private SaidException said;
    private String finishReason = "";
    private String servedModel = "";
    private long promptTokens;
    private long cachedTokens;
    private long totalTokens;
    private long thoughtTokens;
    private long completionTokens;

    /**
     * @param onText is given the answer piece by piece
     */
    Answer(Consumer<String> onText) {
        this.onText = onText;
    }

    /** Takes an event; several may stand in one. */
    void add(String event, String data) throws SaidException, EventReader.TooMuchException {
        for (String rest = data; !rest.isEmpty(); ) {
            rest = addFirst(event, rest).strip().replaceFirst("^data:\\s*", "");
        }
    }

    /** Returns what stands behind the first. */
    private String addFirst(String event, String data)
            throws SaidException, EventReader.TooMuchException {
        if (data.strip().replaceAll("^\"|\"$", "").equalsIgnoreCase("[DONE]")) {
            done = true;
            return "";
        }
        JsonNode node;
        String rest;
        try (JsonParser parser = Words.JSON.createParser(data)) {
            node = Words.JSON.readTree(parser);
            rest = data.substring((int) parser.currentLocation().getCharOffset());
        } catch (IOException e) {
            if (event.equals("error")) {
                throw new SaidException(0, Words.of(data));
            }
            garbled = data;
            return "";
        }
        if (node.isTextual() && node.asText().strip().startsWith("{")) {
            add(event, node.asText());
        } else if (node.isTextual()) {
            write(count(node.asText()));
        } else if (node.isArray()) {
            for (JsonNode each : node) {
                take(event, each, data);
            }
        } else {
            take(event, unwrapped(node), data);
        }
        return rest;
    }

    private static JsonNode unwrapped(JsonNode node) {
        return node.has("choices")
                ? node
                : WRAPPINGS.stream()
                        .map(node::path)
                        .filter(inner -> inner.has("choices"))
                        .findFirst()
                        .orElse(node);
    }

    private void take(String event, JsonNode node, String data)
            throws SaidException, EventReader.TooMuchException {
        JsonNode choices = node.path("choices");
        boolean empty = choices.isMissingNode() || choices.isNull() || choices.isEmpty();
        String type = node.path("type").asText() + " " + node.path("object").asText();
        if (isSomething(node.path("error"))
                || event.equals("error")
                || empty && type.matches(".*\\berror\\b.*")) {
            if (isWritten() && !text.isEmpty()) {
                return; // of what comes after the answer
            }
            throw new SaidException(Words.status(node), Words.of(node));
        }
        if (isSomething(node.path("response").path("error"))) { // OpenAI's responses
            throw new SaidException(
                    Words.status(node.path("response")), Words.of(node.path("response")));
        }
        if (!node.isObject()) {
            garbled = data;
            return;
        }
        if (empty) {
            other(node);
        }
        begun |= choices.isArray() || choices.isObject() || node.has("usage");
        if (!node.path("model").asText("").isBlank() && node.path("model").isTextual()) {
            servedModel = node.path("model").asText();
        }
        usage(node);
        usage(node.path("usage"));
        usage(node.path("x_groq").path("usage"));
        usage(node.path("message").path("usage"));
        usage(node.path("response").path("usage"));
        usage(node.path("usageMetadata"));
        if (choices.isObject()) {
            choice(choices);
        } else {
            for (JsonNode choice : choices) {
                choice(choice);
            }
        }
    }

    /** Takes what has no choices. */
    private void other(JsonNode node) throws SaidException, EventReader.TooMuchException {
        String piece = firstText(node, OTHER_TEXTS);
        String reason = firstText(node, OTHER_REASONS);
        if (!piece.isEmpty() || !reason.isEmpty()) {
            ObjectNode choice = Words.JSON.createObjectNode().put("finish_reason", reason);
            choice.putObject("delta").put("content", piece);
            choice(choice);
            return;
        }
        String words = Words.said(node);
        if (!words.isBlank()) {
            // It may be all that there is, or a sign of life before the answer.
            said = new SaidException(Words.status(node), words);
        } else if (!node.isEmpty()) {
            unknown = node.toString();
        }
    }

    private static String firstText(JsonNode node, List<String> pointers) {
        return pointers.stream()
                .map(pointer -> content(node.at(pointer)))
                .filter(text -> !text.isEmpty())
                .findFirst()
                .orElse("");
    }

    /** Returns whether a part says more than that there is nothing. */
    private static boolean isSomething(JsonNode part) {
        return part.isContainerNode()
                ? StreamSupport.stream(part.spliterator(), false).anyMatch(Answer::isSomething)
                : part.isTextual()
                        ? !part.asText().isBlank()
                                && !NOTHING.contains(part.asText().strip().toLowerCase(Locale.ROOT))
                        : part.isNumber() ? part.asDouble() != 0 : part.asBoolean(false);
    }

    private void usage(JsonNode usage) {
        promptTokens =
                count(
                        usage,
                        promptTokens,
                        "prompt_tokens",
                        "input_tokens",
                        "prompt_eval_count",
                        "promptTokenCount");
        completionTokens =
                count(
                        usage,
                        completionTokens,
                        "completion_tokens",
                        "output_tokens",
                        "eval_count",
                        "candidatesTokenCount");
        totalTokens = count(usage, totalTokens, "total_tokens", "totalTokenCount");
        thoughtTokens = count(usage, thoughtTokens, "reasoning_tokens", "thoughtsTokenCount");
        for (String details : List.of("completion_tokens_details", "output_tokens_details")) {
            thoughtTokens = count(usage.path(details), thoughtTokens, "reasoning_tokens");
        }
        cachedTokens = count(usage, cachedTokens, "prompt_cache_hit_tokens", "cached_tokens");
        for (String details : List.of("prompt_tokens_details", "input_tokens_details")) {
            cachedTokens = count(usage.path(details), cachedTokens, "cached_tokens");
        }
    }

    /** xAI and some of Google's count thoughts, which cost as much, beside the answer. */
    private long writtenTokens() {
        long beside =
                completionTokens == 0
                        ? thoughtTokens
                        : totalTokens - promptTokens - completionTokens;
        return completionTokens + Math.clamp(beside, 0, thoughtTokens);
    }

    /** Returns a count, which may be text; what was known before if there is none. */
    private static long count(JsonNode usage, long before, String... names) {
        for (String name : names) {
            JsonNode value = usage.path(name);
            if (value.isNumber() || value.isTextual()) {
                double count = value.asDouble(-1);
                if (count >= 0 && count < 1e12) {
                    return Math.round(count);
                }
            }
        }
        return before;
    }

    private void choice(JsonNode choice) throws SaidException, EventReader.TooMuchException {
        JsonNode error = choice.path("error");
        if (isSomething(error)) {
            throw new SaidException(Words.status(error), Words.of(choice));
        }
        JsonNode delta = choice.path("delta");
        boolean whole = !delta.isObject() || delta.isEmpty() && choice.path("message").isObject();
        JsonNode message = whole ? choice.path("message") : delta;
        int index = choice.path("index").asInt(0);
        String content =
                Stream.of(message.path("content"), message.path("text"), choice.path("text"), delta)
                        .map(Answer::content)
                        .filter(each -> !each.isEmpty())
                        .findFirst()
                        .orElse("");
        usage(choice.path("usage"));
        count(content);
        if (index != 0) {
            others.computeIfAbsent(index, _ -> new StringBuilder()).append(content);
            return;
        }
        JsonNode calls = message.path("tool_calls");
        toolCalls |=
                calls.isArray() && !calls.isEmpty() || message.path("function_call").isObject();
        for (JsonNode call : calls) {
            arguments.append(count(content(call.path("function").path("arguments"))));
        }
        arguments.append(count(content(message.path("function_call").path("arguments"))));
        refusal.append(
                count(
                        message.path("refusal").asText("").equals("null")
                                ? ""
                                : message.path("refusal").asText("")));
        for (String name : REASONING) {
            String thought = content(message.path(name));
            if (!thought.isEmpty()) {
                reasoning.append(count(thought));
                break;
            }
        }
        thoughts(message.path("content"));
        REASONS.stream()
                .map(choice::at)
                .filter(reason -> reason.isTextual() && isSomething(reason))
                .findFirst()
                .ifPresent(
                        reason ->
                                finishReason =
                                        reason.asText()
                                                .strip()
                                                .replaceFirst("^(?i)finish_?reason[_.]", ""));
        cumulate(content);
        write(whole && repeats(content, choice) ? rest(content) : content);
    }

    /** Returns whether a piece is all that there is so far, which some send again at the end. */
    private boolean repeats(String piece, JsonNode choice) {
        String sofar = text.toString().strip();
        boolean last = REASONS.stream().map(choice::at).anyMatch(Answer::isSomething);
        return !sofar.isEmpty()
                && piece.strip().startsWith(sofar)
                && (last || sofar.length() >= MIN_REPEATED);
    }

    /** Returns what of a whole has not come before. */
    private String rest(String whole) {
        return whole.startsWith(text.toString()) ? whole.substring(text.length()) : "";
    }

    /** Some send in each piece all that there is so far; what they have sent tells. */
    private void cumulate(String piece) {
        if (piece.isEmpty() || nrCumulative < 0) {
            return;
        }
        boolean longer = piece.startsWith(lastPiece) && piece.length() > lastPiece.length();
        nrCumulative = longer ? nrCumulative + 1 : -1;
        lastPiece = longer ? piece : "";
    }

    private void write(String piece) {
        if (!piece.isEmpty()) {
            said = null;
            text.append(piece);
            onText.accept(piece);
        }
    }

    private String count(String piece) throws EventReader.TooMuchException {
        size += piece.length();
        if (size > MAX_CHARACTERS) {
            throw new EventReader.TooMuchException(
                    "more than %,d characters".formatted(MAX_CHARACTERS));
        }
        return piece;
    }

    /** Returns the text of a content, which may be a list of parts. */
    private static String content(JsonNode content) {
        if (content.isTextual() || content.isNumber()) {
            return content.asText();
        }
        if (content.isArray()) {
            var parts = new StringBuilder();
            for (JsonNode part : content) {
                if (!part.path("type").asText().matches("thinking|reasoning.*")) {
                    parts.append(content(part));
                }
            }
            return parts.toString();
        }
        if (content.isObject()) {
            return Stream.of("text", "value", "content", "generated_text")
                    .map(content::path)
                    .filter(inner -> !inner.isMissingNode())
                    .findFirst()
                    .map(Answer::content)
                    .orElse("");
        }
        return "";
    }

    /** Keeps the thoughts among the parts of a content. */
    private void thoughts(JsonNode content) throws EventReader.TooMuchException {
        if (content.isArray()) {
            for (JsonNode part : content) {
                if (part.path("type").asText().matches("thinking|reasoning.*")) {
                    reasoning.append(count(content(part.path("thinking")) + content(part)));
                }
            }
        }
    }

    /** Takes text that came in place of an answer, or beside it. */
    void addStray(String text) {
        stray = text;
        if (garbled.isEmpty()) {
            garbled = text;
        }
    }

    String text() {
        return text.toString();
    }

    /** Returns all that has arrived: the text, or the thoughts where there is no text. */
    String partial() {
        return text.toString().isBlank() ? reasoning.toString() : text.toString();
    }

    /** Returns whether nothing has come yet that a server would be paid for. */
    boolean isEmpty() {
        return text.isEmpty() && reasoning.isEmpty();
    }

    /** Returns whether the server has said that nothing more follows. */
    boolean isDone() {
        return done;
    }

    /** Returns whether the model has ended its answer; a count of tokens may still follow. */
    boolean isWritten() {
        return !finishReason.isEmpty();
    }

    private ModelException empty() {
        if (!refusal.isEmpty()) {
            return new ModelException(
                    "The model refuses: " + refusal, "Say it in other words.", "");
        }
        String ended = finishReason.isEmpty() ? "." : " (" + finishReason + ").";
        if (toolCalls) {
            return new ModelException(
                    "The model wants to call a tool instead of answering" + ended,
                    "It was offered none: try another --model.",
                    arguments.toString());
        }
        if (!reasoning.isEmpty()) {
            return new ModelException(
                    "The model thought and did not answer" + ended,
                    finishReason().equals("length")
                            ? "Its limit of tokens is too low for its thoughts: raise it at the"
                                    + " server, or try another --model."
                            : "Run the cell again, or try another --model.",
                    reasoning.toString());
        }
        if (!garbled.isEmpty()) {
            return Words.isPage(garbled)
                    ? new ModelException(
                            "A web page came in place of an answer: " + Words.of(garbled),
                            "Check OPENAI_BASE_URL, which usually ends in /v1, and whether a proxy"
                                    + " or a login stands before the server.",
                            "")
                    : new ModelException(
                            "The server sent something else than an answer: " + Words.of(garbled),
                            "Read the server's words above, and check that OPENAI_BASE_URL is an"
                                    + " OpenAI-compatible API.",
                            garbled.contains("\n") ? garbled : "");
        }
        if (!begun && !unknown.isEmpty()) {
            return new ModelException(
                    "The server sent something else than an answer: " + Words.of(unknown),
                    "Check that OPENAI_BASE_URL is an OpenAI-compatible API; it usually ends in"
                            + " /v1.",
                    "");
        }
        if (!begun) {
            return new ModelException(
                    "The server ended its answer before the first word of it.",
                    "A server of your own may do that where its context is too small for the"
                            + " request: give it 12,000 tokens, and read its log.",
                    "");
        }
        return new ModelException(
                "The model's answer is empty" + ended,
                finishReason.equals("content_filter")
                        ? "The endpoint's filter took it out: say it in other words, or try"
                                + " another --model."
                        : "Run the cell again, or try another --model.",
                "");
    }

    /** Returns the answer that plain text is; what a server says of a request has one line. */
    private static String plainAnswer(String stray) {
        if (stray.startsWith("\"")) {
            return Words.text(stray);
        }
        return stray.contains("\n") && !Words.isPage(stray) ? stray : "";
    }

    /**
     * Returns an answer that the model wrote, and to its end, where a tool's arguments stand or
     * that its server took for thoughts; empty if there is none.
     */
    private String misplaced() {
        return Stream.of(arguments, reasoning)
                .map(StringBuilder::toString)
                .filter(place -> finishReason().equals("stop") && CODE.matcher(place).find())
                .filter(_ -> refusal.isEmpty())
                .findFirst()
                .orElse("");
    }

    /** Returns the reason in OpenAI's words where it has the same meaning. */
    private String finishReason() {
        String reason = finishReason.toLowerCase(Locale.ROOT);
        if (WHOLE.contains(reason) || reason.isEmpty() && done) {
            return "stop";
        }
        return CUT.contains(reason) ? "length" : finishReason;
    }

    /**
     * Returns the answer, at its end.
     *
     * @throws ModelException if there is none, or the server says that it is not whole
     * @throws SaidException if there is none, and the server has said why
     */
    Completion completion(String askedFor) throws ModelException, SaidException {
        if (text.toString().isBlank() && !others.isEmpty()) {
            write(others.values().iterator().next().toString());
        }
        if (nrCumulative > 2) {
            text.setLength(0);
            text.append(lastPiece);
        }
        String plain = text.isEmpty() ? plainAnswer(stray) : "";
        if (!plain.isBlank()) {
            write(plain);
            done = true;
        }
        if (said != null && !isWritten() && (text.toString().isBlank() || !done)) {
            throw said;
        }
        if (text.toString().isBlank()) {
            write(misplaced());
        }
        if (text.toString().isBlank()) {
            throw empty();
        }
        if (FAILED.contains(finishReason.toLowerCase(Locale.ROOT))) {
            throw new ModelException(
                    "The server ended the answer with an error (" + finishReason + ").",
                    "Run the cell again, or try another --model; what had arrived is kept.",
                    text());
        }
        if (finishReason.isEmpty() && !done && !garbled.isEmpty()) {
            throw new ModelException(
                    "The answer broke off: " + Words.of(garbled),
                    "Run the cell again; what had arrived is kept.",
                    text());
        }
        return new Completion(
                text(),
                servedModel.isEmpty() ? askedFor : servedModel,
                finishReason(),
                promptTokens,
                Math.min(cachedTokens, promptTokens),
                writtenTokens(),
                "",
                reasoning.length());
    }
}
