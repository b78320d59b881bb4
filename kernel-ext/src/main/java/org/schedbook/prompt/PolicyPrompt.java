package org.schedbook.prompt;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.schedbook.compile.PolicySource;
import org.schedbook.llm.ChatMessage;

/**
 * A wish for a policy.
 *
 * @param words what the person typed
 * @param current the policy to start from
 */
public record PolicyPrompt(String words, PolicySource current) {

    /**
     * Returns exactly what is sent: the task with the API reference, then the current source and
     * the words. Depends on nothing but this wish and Schedbook itself, so that a recorded answer
     * stays the answer to it.
     */
    public List<ChatMessage> messages() {
        return List.of(
                ChatMessage.system(
                        resource("system.md")
                                .replace("{api}", ApiReference.text().strip())
                                .replace("{vtime}", builtIn("vtime"))
                                .replace("{rr}", builtIn("rr"))),
                ChatMessage.user(
                        resource("user.md")
                                .replace("{name}", current.name())
                                .replace("{source}", current.text().strip())
                                .replace("{words}", words.strip())));
    }

    private static String builtIn(String name) {
        return PolicySource.builtIn(name).orElseThrow().text().strip();
    }

    /** Returns a text that is part of a request. */
    static String resource(String name) {
        try (InputStream in = PolicyPrompt.class.getResourceAsStream(name)) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
