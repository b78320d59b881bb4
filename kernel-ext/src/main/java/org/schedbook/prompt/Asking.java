package org.schedbook.prompt;

import java.io.IOException;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.function.Consumer;
import org.schedbook.llm.ChatMessage;
import org.schedbook.llm.Completion;
import org.schedbook.llm.Model;
import org.schedbook.llm.ModelException;
import org.schedbook.llm.Prices;
import org.schedbook.llm.Recordings;
import org.schedbook.store.Answer;
import org.schedbook.store.Attempt;

/**
 * Sends a request and keeps the answer as it arrives.
 *
 * @param recordings where to record answers of a live model; empty for nowhere
 */
record Asking(Model model, Prices prices, Optional<Recordings> recordings) {

    /**
     * @param attempt the request, written down already
     * @param onText is given the answer piece by piece
     * @param onWait is told why there is none yet
     */
    Completion ask(
            Attempt attempt,
            List<ChatMessage> messages,
            Consumer<String> onText,
            Consumer<String> onWait)
            throws ModelException, InterruptedException, IOException {
        long started = System.nanoTime();
        String why = "interrupted";
        var arrived = new StringBuilder();
        try {
            Completion answer =
                    model.complete(
                            messages,
                            piece -> {
                                arrived.append(piece);
                                onText.accept(piece);
                                attempt.append(piece);
                            },
                            onWait);
            why = "";
            attempt.answered(
                    new Answer(
                            answer.text(),
                            answer.model(),
                            answer.finishReason(),
                            answer.promptTokens(),
                            answer.cachedTokens(),
                            answer.completionTokens(),
                            cost(answer, messages),
                            answer.recordedOn(),
                            seconds(started)));
            if (recordings.isPresent() && !answer.isRecorded()) {
                String today = LocalDate.now(ZoneOffset.UTC).toString();
                recordings.get().record(messages, answer, today);
            }
            return answer;
        } catch (ModelException e) {
            why = e.getMessage();
            // It may be paid for all the same.
            attempt.broke(why, seconds(started), costOf(e.partial(), messages));
            why = "";
            throw e;
        } catch (RuntimeException | Error e) {
            why = "a defect of Schedbook's: " + e;
            throw e;
        } finally {
            if (!why.isEmpty()) {
                attempt.broke(why, seconds(started), costOf(arrived.toString(), messages));
            }
        }
    }

    /** Returns what an answer cost, a guess where the endpoint does not count; empty if unknown. */
    OptionalDouble cost(Completion answer, List<ChatMessage> messages) {
        return prices.costOrMore(answer, messages, model.name());
    }

    /** Returns what half an answer may cost; empty if nothing of it has arrived. */
    private OptionalDouble costOf(String half, List<ChatMessage> messages) {
        return half.isEmpty()
                ? OptionalDouble.empty()
                : cost(new Completion(half, model.name(), "", 0, 0, 0, ""), messages);
    }

    private static double seconds(long started) {
        return (System.nanoTime() - started) / 1e9;
    }
}
