package org.schedbook.llm;

/**
 * One message of a chat.
 *
 * @param role {@code system}, {@code user}, or {@code assistant} for what the model said
 */
public record ChatMessage(String role, String content) {

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
