package org.schedbook.prompt;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.schedbook.compile.PolicySource;

class PolicyPromptTest {

    private static final String SOURCE =
            "// {words} {situation} {name} {source} $1 \\ {other}\npublic class P extends Policy {}";

    private static String user(PolicyPrompt prompt) {
        return prompt.messages().getLast().content();
    }

    @Test
    void whatIsPutIntoAPlaceHasNoPlacesOfItsOwn() {
        var situation = new Situation(Optional.empty(), List.of("a {source} b"), Map.of());
        var prompt =
                new PolicyPrompt(
                        "My {source} and {words}.",
                        new PolicySource("p", SOURCE),
                        situation,
                        PromptTexts.builtIn());
        String user = user(prompt);
        assertTrue(user.contains(SOURCE), user);
        assertTrue(user.contains("My {source} and {words}."), user);
        assertTrue(user.contains("a {source} b"), user);
        assertEquals(user.indexOf("public class P"), user.lastIndexOf("public class P"), user);
    }

    @Test
    void everyPlaceOfATextIsFilled() {
        var prompt =
                new PolicyPrompt(
                        "Be fair.",
                        new PolicySource("p", "public class P extends Policy {}"),
                        new Situation(Optional.empty(), List.of(), Map.of()),
                        PromptTexts.builtIn());
        for (var message : prompt.messages()) {
            assertTrue(
                    !message.content()
                            .matches("(?s).*\\{(api|vtime|rr|name|words|source|situation)}.*"),
                    message.content());
        }
    }
}
