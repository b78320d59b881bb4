package org.schedbook.llm;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonIgnore;
import com.fasterxml.jackson.annotation.JsonProperty;

/**
 * One message of a chat.
 *
 * @param role {@code system}, {@code user}, or {@code assistant} for what the model said
 * @param content exactly what is sent
 * @param stable the content without what differs from machine to machine and from run to run, such
 *     as measurements: what a recording is found by
 */
public record ChatMessage(String role, String content, @JsonIgnore String stable) {

    /** A message that is the same everywhere. */
    @JsonCreator
    public ChatMessage(@JsonProperty("role") String role, @JsonProperty("content") String content) {
        this(role, content, content);
    }

    public static ChatMessage system(String content) {
        return new ChatMessage("system", content);
    }

    public static ChatMessage assistant(String content) {
        return new ChatMessage("assistant", content);
    }

    public static ChatMessage user(String content) {
        return new ChatMessage("user", content);
    }
}
