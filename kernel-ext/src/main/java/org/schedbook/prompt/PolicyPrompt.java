package org.schedbook.prompt;

import java.util.List;
import java.util.Map;
import org.schedbook.compile.PolicySource;
import org.schedbook.llm.ChatMessage;

/**
 * A wish for a policy.
 *
 * @param words what the person typed
 * @param current the policy to start from
 * @param situation what is known of the machine and of earlier measurements; may be empty
 * @param texts what surrounds all this
 * @param form what is to be written
 */
public record PolicyPrompt(
        String words, PolicySource current, Situation situation, PromptTexts texts, Form form) {

    /** A wish for a policy in Java. */
    public PolicyPrompt(
            String words, PolicySource current, Situation situation, PromptTexts texts) {
        this(words, current, situation, texts, Form.JAVA);
    }

    /**
     * Returns exactly what is sent: the task with the API reference, then the current source, the
     * situation and the words. What differs from machine to machine and from day to day is in the
     * situation alone, so that a recorded answer stays the answer to the rest.
     */
    public List<ChatMessage> messages() {
        return List.of(
                ChatMessage.system(form.system(texts)),
                new ChatMessage("user", user(situation.text()), user("")));
    }

    private String user(String told) {
        return texts.fill(
                form.user(),
                Map.of(
                        "name", current.name(),
                        "source", current.text().strip(),
                        "situation", told.isEmpty() ? "" : told.strip() + "\n\n",
                        "words", words.strip()));
    }
}
