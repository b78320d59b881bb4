package org.schedbook.prompt;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.schedbook.compile.PolicyCompiler;
import org.schedbook.llm.ChatMessage;
import org.schedbook.llm.Completion;
import org.schedbook.llm.Model;
import org.schedbook.llm.ModelException;
import org.schedbook.llm.Recordings;

/**
 * Has a model write a policy. An answer that does not pass a {@link Gate} goes back to the model
 * with what is wrong with it, a bounded number of times. Each request is kept as an {@link Attempt}
 * before it is sent, each answer as it arrives.
 */
public final class RepairLoop {

    /** Is told what happens, as it happens, on the calling thread. */
    public interface Observer {

        /**
         * A request is about to be sent.
         *
         * @param repair 0 for the first request, then the number of the repair
         */
        void asks(int repair);

        /** A piece of the answer arrived. */
        void writes(String piece);

        /** The answer is complete and judged. */
        void judged(Verdict verdict);
    }

    private final Model model;
    private final PolicyCompiler compiler;
    private final Path attempts;
    private final int repairs;
    private final Optional<Recordings> recordings;

    /**
     * @param attempts the directory where the attempts are kept
     * @param repairs how often the model may correct itself, 0 for never
     * @param recordings where to record answers of a live model; empty for nowhere
     */
    public RepairLoop(
            Model model,
            PolicyCompiler compiler,
            Path attempts,
            int repairs,
            Optional<Recordings> recordings) {
        this.model = model;
        this.compiler = compiler;
        this.attempts = attempts;
        this.repairs = repairs;
        this.recordings = recordings;
    }

    /**
     * Asks until an answer passes all gates or there is no repair left.
     *
     * @param name what to call the policy
     * @return the verdict on the last answer
     * @throws ModelException if the model does not answer, at the first request or at a repair
     */
    public Verdict run(String name, PolicyPrompt prompt, Observer observer)
            throws ModelException, InterruptedException, IOException {
        List<ChatMessage> messages = new ArrayList<>(prompt.messages());
        for (int repair = 0; ; repair++) {
            observer.asks(repair);
            Verdict verdict = attempt(name, List.copyOf(messages), observer);
            observer.judged(verdict);
            if (verdict.failed().isEmpty() || repair >= repairs) {
                return verdict;
            }
            messages.addAll(Feedback.on(verdict));
        }
    }

    private Verdict attempt(String name, List<ChatMessage> messages, Observer observer)
            throws ModelException, InterruptedException, IOException {
        try (Attempt attempt = Attempt.start(attempts, name, messages)) {
            Completion answer =
                    model.complete(
                            messages,
                            piece -> {
                                observer.writes(piece);
                                attempt.append(piece);
                            });
            attempt.finish(answer);
            if (recordings.isPresent() && !answer.isRecorded()) {
                String today = LocalDate.now(ZoneOffset.UTC).toString();
                recordings.get().record(messages, answer, today);
            }
            Verdict verdict = Verdict.of(answer, name, compiler);
            attempt.judge(verdict);
            return verdict;
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
    }
}
