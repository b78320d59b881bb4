package org.schedbook.session;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import org.schedbook.bench.Contender;
import org.schedbook.compile.PolicySource;
import org.schedbook.llm.Sampling;
import org.schedbook.prompt.Form;
import org.schedbook.prompt.PolicyPrompt;
import org.schedbook.prompt.PromptTexts;

/**
 * A {@code %%prompt} cell: all that decides what is sent.
 *
 * @param name what the policy is to be called
 * @param words what stands below the line
 * @param options what stands on the line
 */
public record PromptCell(String name, String words, Options options) {

    private static final String DEFAULT_START = "fifo";

    /**
     * What of the line decides what is sent, besides the policy's name.
     *
     * @param from the policy to start from, or one of its versions
     * @param model to ask instead of the environment's
     * @param temperature from 0 to 2
     * @param texts where there are texts instead of Schedbook's own
     * @param form what is to be written; a policy in Java unless it says so
     */
    public record Options(
            Optional<String> from,
            Optional<String> model,
            OptionalDouble temperature,
            Optional<Path> texts,
            Optional<Form> form) {

        /** Returns these, with an earlier line's where they say nothing. */
        public Options over(Options earlier) {
            return new Options(
                    from.or(earlier::from),
                    model.or(earlier::model),
                    temperature.isPresent() ? temperature : earlier.temperature,
                    texts.or(earlier::texts),
                    form.or(earlier::form));
        }

        public Sampling sampling() {
            return temperature.isPresent() ? new Sampling(temperature) : Sampling.DEFAULT;
        }

        /** Returns the model to ask; empty if neither the line nor the environment names one. */
        public Optional<String> model(Map<String, String> environment) {
            return model.or(() -> environmentModel(environment));
        }
    }

    /** Returns the model that the environment names, if it names one. */
    public static Optional<String> environmentModel(Map<String, String> environment) {
        return Optional.ofNullable(environment.get("OPENAI_MODEL")).filter(m -> !m.isBlank());
    }

    /** Returns the request as it is now. */
    public PolicyPrompt prompt(Session session) throws IOException, InterruptedException {
        return new PolicyPrompt(words, start(session), Situations.of(session), texts(), form());
    }

    /** Returns what is to be written. */
    public Form form() {
        return options.form.orElse(Form.JAVA);
    }

    private PolicySource start(Session session) {
        if (options.from.isPresent()) {
            return session.policies().source(Contender.policyOf(options.from.get()));
        }
        return session.policies()
                .source(session.policies().names().contains(name) ? name : DEFAULT_START);
    }

    private PromptTexts texts() throws IOException {
        if (options.texts.isEmpty()) {
            return PromptTexts.builtIn();
        }
        Path texts = options.texts.get();
        if (!Files.isDirectory(texts)) {
            throw new SessionException(
                    "There is no directory " + texts + ".",
                    "Name a directory with files such as system.md.");
        }
        return PromptTexts.in(texts);
    }
}
