package org.schedbook.prompt;

import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.schedbook.compile.CompileException.Problem;
import org.schedbook.llm.ChatMessage;

/** What a model is told of an answer that is no policy yet. */
final class Feedback {

    /** The rest usually follows from the first few. */
    private static final int MAX_PROBLEMS = 10;

    /** An answer longer than any policy is not worth paying for a second time. */
    private static final int MAX_ANSWER = 30_000;

    /** What an endpoint says of an answer that it cut off. */
    private static final String CUT_OFF = "length";

    /** Returns the messages that follow the ones already sent: its answer, and what is wrong. */
    static List<ChatMessage> on(Verdict verdict, Form form, PromptTexts texts) {
        String answer = verdict.answer().text();
        return List.of(
                ChatMessage.assistant(answer.substring(0, Math.min(answer.length(), MAX_ANSWER))),
                message(verdict, form, texts));
    }

    /**
     * What is wrong follows from the answer, but in the words of a compiler, a simulator or a
     * kernel that may be another where a recording is played back.
     */
    private static ChatMessage message(Verdict verdict, Form form, PromptTexts texts) {
        Gate gate = verdict.failed().orElseThrow();
        boolean cutOff =
                verdict.answer().finishReason().equals(CUT_OFF) && gate.wantsAllOfTheAnswer();
        String file = form.repair(gate, cutOff);
        return new ChatMessage(
                "user",
                texts.fill(
                        file,
                        Map.of(
                                "failed", gate.failed(),
                                "problems", problems(verdict.problems()))),
                texts.get(file));
    }

    private static String problems(List<Problem> problems) {
        String told =
                problems.stream()
                        .limit(MAX_PROBLEMS)
                        .map(Feedback::problem)
                        .collect(Collectors.joining("\n"));
        int more = problems.size() - MAX_PROBLEMS;
        return more > 0 ? told + "\n... and " + more + " more" : told;
    }

    private static String problem(Problem problem) {
        if (problem.line() == 0) {
            return problem.message();
        }
        String gutter = "%4d | ".formatted(problem.line());
        String lead = problem.sourceLine().substring(0, problem.column() - 1);
        return "line %d: %s\n%s%s\n%s%s"
                .formatted(
                        problem.line(),
                        problem.message(),
                        gutter,
                        problem.sourceLine(),
                        " ".repeat(gutter.length()) + lead.replaceAll("[^\t]", " "),
                        "^".repeat(problem.length()));
    }

    private Feedback() {}
}
