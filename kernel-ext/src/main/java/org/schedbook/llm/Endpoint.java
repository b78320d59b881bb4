package org.schedbook.llm;

import java.util.Map;
import java.util.Optional;

/**
 * Where a model is to be had.
 *
 * @param baseUrl of an OpenAI-compatible API, empty for OpenAI's own
 * @param apiKey empty for servers that want none
 */
public record Endpoint(Optional<String> baseUrl, Optional<String> apiKey) {

    /**
     * Reads {@code OPENAI_BASE_URL} and {@code OPENAI_API_KEY}.
     *
     * @return empty if neither is set
     */
    public static Optional<Endpoint> from(Map<String, String> environment) {
        var endpoint =
                new Endpoint(
                        set(environment, "OPENAI_BASE_URL"), set(environment, "OPENAI_API_KEY"));
        return endpoint.baseUrl.isEmpty() && endpoint.apiKey.isEmpty()
                ? Optional.empty()
                : Optional.of(endpoint);
    }

    private static Optional<String> set(Map<String, String> environment, String name) {
        return Optional.ofNullable(environment.get(name)).filter(value -> !value.isBlank());
    }

    /** Takes the key out of a text that is to be shown or kept. */
    public String redact(String text) {
        return apiKey.map(key -> text.replace(key, "(key)")).orElse(text);
    }

    /** Describes the endpoint without its key. */
    @Override
    public String toString() {
        return baseUrl.orElse("the OpenAI API") + (apiKey.isPresent() ? " (with a key)" : "");
    }
}
