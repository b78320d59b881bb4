package org.schedbook.magic;

import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalDouble;
import org.schedbook.jupyter.CellError;
import org.schedbook.prompt.Form;
import org.schedbook.session.PromptCell;
import picocli.CommandLine.Option;

/** What of the line of {@code %%prompt} decides what is sent, besides the policy's name. */
final class RequestOptions {

    @Option(
            names = "--from",
            paramLabel = "POLICY",
            completionCandidates = Candidates.Sources.class,
            description = "The policy to start from; NAME itself if there is one, else fifo.")
    private String from;

    @Option(
            names = "--model",
            paramLabel = "MODEL",
            completionCandidates = Candidates.Models.class,
            description = "Instead of OPENAI_MODEL.")
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

    @Option(
            names = "--in-kernel",
            description =
                    "Ask for a policy that can also decide in the kernel: the request says what can be"
                            + " translated, and the answer has to be translated, verified and attached"
                            + " there.")
    private boolean inKernel;

    @Option(
            names = "--language",
            paramLabel = "LANGUAGE",
            completionCandidates = Candidates.Languages.class,
            description =
                    "java, or bpf for a policy in C that decides in the kernel, as a %%%%bpf cell has it"
                            + " (java unless given).")
    private Language language;

    /** What a policy is written in, in words that are typed. */
    enum Language {
        java,
        bpf
    }

    private Optional<Form> form() {
        if (language == Language.bpf) {
            return Optional.of(Form.BPF);
        }
        return inKernel
                ? Optional.of(Form.IN_KERNEL)
                : Optional.ofNullable(language).map(_ -> Form.JAVA);
    }

    /**
     * Returns a limit of dollars.
     *
     * @throws CellError if it is none that an amount can reach
     */
    static OptionalDouble dollars(String option, double limit) {
        if (!(limit >= 0) || Double.isInfinite(limit)) {
            throw new CellError(option + " is an amount of US dollars, such as 0.50.")
                    .next("Write one, or leave " + option + " out.");
        }
        return OptionalDouble.of(limit);
    }

    /**
     * Returns the cell that has this line.
     *
     * @param name what the policy is to be called
     * @param words what stands below the line
     */
    PromptCell cell(String name, String words) {
        PolicyMagic.source(name, "", 1); // refuses a name that no policy may have
        if (temperature != null && !(temperature >= 0 && temperature <= 2)) {
            throw new CellError("--temperature is a number from 0 to 2.").next("Leave it out.");
        }
        return new PromptCell(
                name,
                words,
                new PromptCell.Options(
                        Optional.ofNullable(from),
                        Optional.ofNullable(model),
                        temperature == null
                                ? OptionalDouble.empty()
                                : OptionalDouble.of(temperature),
                        Optional.ofNullable(texts),
                        form()));
    }
}
