package org.schedbook.prompt;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.stream.Collectors;
import org.schedbook.compile.CompileException.Problem;
import org.schedbook.compile.CompiledPolicy;
import org.schedbook.compile.PolicySource;
import org.schedbook.llm.ChatMessage;
import org.schedbook.llm.Completion;
import org.schedbook.llm.Model;
import org.schedbook.llm.ModelException;
import org.schedbook.llm.Prices;
import org.schedbook.llm.Recordings;
import org.schedbook.store.Attempt;
import org.schedbook.store.Outcome;
import org.schedbook.store.Request;
import org.schedbook.store.Store;

/**
 * Has a model write a policy. An answer that does not pass a {@link Gate} goes back to the model
 * with what is wrong with it, a bounded number of times. Each request is kept in the {@link Store}
 * before it is sent, each answer as it arrives.
 */
public final class RepairLoop {

    /** Is told what happens, as it happens, on the calling thread. */
    public interface Observer extends Gates.Observer {

        /**
         * A request is about to be sent.
         *
         * @param repair 0 for the first request, then the number of the repair
         */
        void asks(int repair);

        /** There is no answer yet: the model's server says why. */
        default void waits(String why) {}

        /** A piece of the answer arrived. */
        void writes(String piece);

        /** The answer is complete; its gates come next. */
        default void answered(Completion answer, OptionalDouble costUsd) {}

        /** The answer is judged. */
        void judged(Verdict verdict);
    }

    /**
     * How often and how long to go on.
     *
     * @param repairs how often the model may correct itself, 0 for never
     * @param maxCostUsd no repair is asked for once the answers have cost this much, or may have;
     *     empty for no such limit
     */
    public record Limits(int repairs, OptionalDouble maxCostUsd) {}

    /**
     * What came of a run.
     *
     * @param verdict on the last answer
     * @param attempt the number of its request in the store
     * @param costUsd of all answers; empty if the price of one is not known
     * @param outOfMoney whether the cost was what ended the repairs
     */
    public record Result(
            Verdict verdict, long attempt, OptionalDouble costUsd, boolean outOfMoney) {}

    private static final JsonMapper JSON = JsonMapper.builder().build();

    private final Model model;
    private final Gates gates;
    private final Store store;
    private final Asking asking;

    /**
     * @param recordings where to record answers of a live model; empty for nowhere
     */
    public RepairLoop(
            Model model, Prices prices, Gates gates, Store store, Optional<Recordings> recordings) {
        this.model = model;
        this.gates = gates;
        this.store = store;
        this.asking = new Asking(model, prices, recordings);
    }

    /**
     * Asks until an answer passes all gates, or a limit is reached.
     *
     * @param name what to call the policy
     * @throws ModelException if the model does not answer, at the first request or at a repair
     */
    public Result run(String name, PolicyPrompt prompt, Limits limits, Observer observer)
            throws ModelException, InterruptedException, IOException {
        return run(name, "write", 0, prompt, limits, Purse.BOTTOMLESS, observer);
    }

    /**
     * @param purpose of the first request, as the store has it
     * @param partOf the run that the requests are part of; 0 if they are one
     * @param purse what pays for the answers, which others ask for at the same time
     * @throws OutOfMoneyException if the first answer cannot be paid
     */
    Result run(
            String name,
            String purpose,
            long partOf,
            PolicyPrompt prompt,
            Limits limits,
            Purse purse,
            Observer observer)
            throws ModelException, InterruptedException, IOException {
        List<ChatMessage> messages = new ArrayList<>(prompt.messages());
        long run = partOf;
        OptionalDouble cost = OptionalDouble.of(0);
        Optional<Result> last = Optional.empty();
        for (int repair = 0; ; repair++) {
            String kind = repair == 0 ? purpose : "repair";
            Optional<Purse.Share> share = purse.take(kind);
            if (share.isEmpty()) {
                return last.orElseThrow(OutOfMoneyException::new);
            }
            observer.asks(repair);
            Request request = request(run, name, kind, repair, prompt, messages);
            Attempt attempt = store.begin(request);
            run = run == 0 ? attempt.id() : run;
            List<ChatMessage> sent = List.copyOf(messages);
            Completion answer;
            OptionalDouble paid = OptionalDouble.empty();
            try {
                answer = asking.ask(attempt, sent, observer::writes, observer::waits);
                paid = asking.cost(answer, sent);
            } finally {
                share.get().close(paid);
            }
            cost =
                    cost.isPresent() && paid.isPresent()
                            ? OptionalDouble.of(cost.getAsDouble() + paid.getAsDouble())
                            : OptionalDouble.empty();
            observer.answered(answer, paid);
            Verdict verdict = gates.judge(answer, name, observer);
            attempt.judged(outcome(verdict));
            observer.judged(verdict);
            boolean done = verdict.failed().isEmpty() || repair >= limits.repairs();
            boolean broke =
                    !done
                            && limits.maxCostUsd().isPresent()
                            && cost.orElse(Double.MAX_VALUE) >= limits.maxCostUsd().getAsDouble();
            if (done || broke) {
                return new Result(verdict, attempt.id(), cost, broke);
            }
            last = Optional.of(new Result(verdict, attempt.id(), cost, true));
            messages.addAll(Feedback.on(verdict, prompt.form(), prompt.texts()));
        }
    }

    private Request request(
            long run,
            String name,
            String purpose,
            int repair,
            PolicyPrompt prompt,
            List<ChatMessage> messages) {
        try {
            return new Request(
                    run,
                    name,
                    purpose,
                    repair,
                    prompt.current().name(),
                    prompt.current().hash(),
                    prompt.words(),
                    prompt.texts().hash(),
                    model.place(),
                    model.name(),
                    model.sampling().json(),
                    JSON.writeValueAsString(messages));
        } catch (JsonProcessingException e) {
            throw new AssertionError("messages are JSON", e);
        }
    }

    private static Outcome outcome(Verdict verdict) {
        return new Outcome(
                verdict.reached().map(Gate::name),
                verdict.failed().map(Gate::name),
                verdict.problems().stream().map(RepairLoop::line).collect(Collectors.joining("\n")),
                verdict.source().map(PolicySource::text),
                verdict.source().map(PolicySource::hash),
                verdict.compiled().map(CompiledPolicy::bytecodeHash),
                verdict.behaviour());
    }

    private static String line(Problem problem) {
        return problem.line() == 0
                ? problem.message()
                : "line %d: %s".formatted(problem.line(), problem.message());
    }
}
