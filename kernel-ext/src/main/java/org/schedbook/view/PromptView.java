package org.schedbook.view;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.OptionalDouble;
import org.schedbook.compile.PolicySource;
import org.schedbook.jupyter.LiveText;
import org.schedbook.jupyter.MagicCall;
import org.schedbook.llm.Completion;
import org.schedbook.prompt.Gate;
import org.schedbook.prompt.RepairLoop;
import org.schedbook.prompt.Verdict;

/** Shows a repair loop in the cell: each answer as it is written, each gate as it is passed. */
public final class PromptView implements RepairLoop.Observer, AutoCloseable {

    private final MagicCall call;
    private final String author;
    private final int repairs;
    private LiveText text;
    private LiveText gates;
    private String writing = "";
    private boolean waiting;
    private Instant asked;
    private Optional<Verdict> last = Optional.empty();
    private Optional<PolicySource> source = Optional.empty();

    /**
     * @param author who writes the answers
     */
    public PromptView(MagicCall call, String author, int repairs) {
        this.call = call;
        this.author = author;
        this.repairs = repairs;
    }

    @Override
    public void asks(int repair) {
        asked = Instant.now();
        writing =
                repair == 0
                        ? author + " is writing"
                        : "Repair %d of %d: %s is writing".formatted(repair, repairs, author);
        waiting = false;
        text = call.liveText(writing);
    }

    @Override
    public void waits(String why) {
        waiting = true;
        text.title(why);
    }

    @Override
    public void writes(String piece) {
        if (waiting) {
            waiting = false;
            text.title(writing);
        }
        text.append(piece);
    }

    @Override
    public void answered(Completion answer, OptionalDouble costUsd) {
        double seconds = Duration.between(asked, Instant.now()).toMillis() / 1e3;
        text.title(
                caption(answer, costUsd)
                        + (answer.isRecorded() ? "" : ", in %.1f s".formatted(seconds)));
        text.close();
        text = null;
        gates = call.liveText("");
    }

    @Override
    public void tries(Gate gate) {
        gates.title(gate.tries());
    }

    @Override
    public void passed(Gate gate, String detail) {
        gates.title("");
        gates.append(passedLine(gate, detail));
    }

    static String passedLine(Gate gate, String detail) {
        return "\u2713 " + gate.passed() + (detail.isEmpty() ? "" : " (" + detail + ")") + "\n";
    }

    @Override
    public void skipped(Gate gate, String why) {
        gates.title("");
        gates.append(skippedLine(gate, why));
    }

    static String skippedLine(Gate gate, String why) {
        return "\u2013 %s: %s\n".formatted(gate.skipped(), why);
    }

    @Override
    public void judged(Verdict verdict) {
        last = Optional.of(verdict);
        source = verdict.source().or(() -> source);
        gates.title("");
        gates.append(failedLine(verdict));
        gates.close();
        gates = null;
    }

    /** Returns what is wrong with an answer; empty if nothing is. */
    static String failedLine(Verdict verdict) {
        return verdict.failed()
                .map(
                        gate ->
                                "\u2717 %s\n%s"
                                        .formatted(
                                                gate.failed(),
                                                Errors.text(verdict.problems()).indent(4)))
                .orElse("");
    }

    static String caption(Completion completion, OptionalDouble costUsd) {
        if (completion.isRecorded()) {
            return "RECORDED answer, played back: written by %s on %s"
                    .formatted(completion.model(), completion.recordedOn());
        }
        String tokens =
                completion.completionTokens() == 0
                        ? ""
                        : ", %,d tokens in, %,d out"
                                .formatted(
                                        completion.promptTokens(), completion.completionTokens());
        String cost =
                costUsd.isEmpty()
                        ? ""
                        : (completion.isCounted()
                                        ? ", $%.4f"
                                        : ", about $%.4f (estimated: the server counted no tokens)")
                                .formatted(costUsd.getAsDouble());
        return "Written by %s%s%s".formatted(completion.model(), tokens, cost);
    }

    /** Returns the verdict on the last answer that came to its end. */
    public Optional<Verdict> last() {
        return last;
    }

    /** Returns the last policy that was found in any of the answers. */
    public Optional<PolicySource> source() {
        return source;
    }

    @Override
    public void close() {
        if (text != null) {
            text.title("The model did not finish");
            text.close();
        }
        if (gates != null) {
            gates.title("This was not finished");
            gates.close();
        }
    }
}
