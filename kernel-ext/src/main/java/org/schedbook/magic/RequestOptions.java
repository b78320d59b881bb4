package org.schedbook.magic;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import org.schedbook.compile.PolicySource;
import org.schedbook.jupyter.CellError;
import org.schedbook.llm.Sampling;
import org.schedbook.prompt.PolicyPrompt;
import org.schedbook.prompt.PromptTexts;
import picocli.CommandLine.Option;

/** What of the line of {@code %%prompt} decides what is sent, besides the policy's name. */
final class RequestOptions {

    private static final String DEFAULT_START = "fifo";

    @Option(
            names = "--from",
            paramLabel = "POLICY",
            description = "The policy to start from; NAME itself if there is one, else fifo.")
    private String from;

    @Option(names = "--model", paramLabel = "MODEL", description = "Instead of OPENAI_MODEL.")
    private String model;

    @Option(
            names = "--temperature",
            paramLabel = "T",
            description = "0 to 2, for models that take one; the endpoint's own unless given.")
    private Double temperature;

    @Option(
            names = "--texts",
            paramLabel = "DIR",
            description =
                    "Where to look for files that replace Schedbook's own text in the request, such"
                            + " as system.md.")
    private Path texts;

    /** Returns these, with an earlier line's where they say nothing. */
    RequestOptions over(RequestOptions earlier) {
        var both = new RequestOptions();
        both.from = from == null ? earlier.from : from;
        both.model = model == null ? earlier.model : model;
        both.temperature = temperature == null ? earlier.temperature : temperature;
        both.texts = texts == null ? earlier.texts : texts;
        return both;
    }

    /**
     * Returns the request as it is now.
     *
     * @param name what the policy is to be called
     */
    PolicyPrompt prompt(String name, String words, Session session)
            throws IOException, InterruptedException {
        PolicyMagic.source(name, ""); // refuses a name that no policy may have
        return new PolicyPrompt(words, start(name, session), Situations.of(session), texts());
    }

    private PolicySource start(String name, Session session) {
        if (from != null) {
            return Versions.source(from, session);
        }
        return session.source(session.policyNames().contains(name) ? name : DEFAULT_START);
    }

    private PromptTexts texts() throws IOException {
        if (texts != null && !Files.isDirectory(texts)) {
            throw new CellError("There is no directory " + texts + ".")
                    .next("--texts names a directory with files such as system.md.");
        }
        return texts == null ? PromptTexts.builtIn() : PromptTexts.in(texts);
    }

    Sampling sampling() {
        if (temperature == null) {
            return Sampling.DEFAULT;
        }
        if (temperature < 0 || temperature > 2) {
            throw new CellError("--temperature is a number from 0 to 2.").next("Leave it out.");
        }
        return new Sampling(OptionalDouble.of(temperature));
    }

    /** Returns the model to ask; empty if neither the line nor the environment names one. */
    Optional<String> model(Map<String, String> environment) {
        return Optional.ofNullable(model).or(() -> environmentModel(environment));
    }

    private static Optional<String> environmentModel(Map<String, String> environment) {
        return Optional.ofNullable(environment.get("OPENAI_MODEL")).filter(m -> !m.isBlank());
    }

    /** Returns what Tab offers for one of these options. */
    static List<String> candidates(String label, Session session, Map<String, String> environment) {
        return switch (label) {
            case "--from" -> Versions.labels(session);
            case "--model" -> environmentModel(environment).stream().toList();
            default -> List.of();
        };
    }
}
