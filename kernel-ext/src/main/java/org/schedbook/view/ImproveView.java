package org.schedbook.view;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.OptionalDouble;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import org.schedbook.jupyter.LiveDisplay;
import org.schedbook.jupyter.LiveText;
import org.schedbook.jupyter.MagicCall;
import org.schedbook.llm.Completion;
import org.schedbook.prompt.Gate;
import org.schedbook.prompt.ImproveLoop;
import org.schedbook.prompt.Verdict;
import org.schedbook.store.Round;

/** Shows in the cell what {@code %improve} does as it does it: each round folds into a line. */
public final class ImproveView implements ImproveLoop.Observer, AutoCloseable {

    /** As much of a plan as a line takes. */
    private static final int LINE = 90;

    private final MagicCall call;
    private final String planner;
    private final String coder;
    private final ImproveBoard board;
    private final LiveDisplay live;
    private volatile LiveText text;
    private LiveText holdOut;
    private String title = "";

    /** Of candidates that are asked for at once: the first, and how many are written. */
    private int first;

    private int asked;
    private final AtomicInteger written = new AtomicInteger();

    public ImproveView(
            String planner, String coder, ImproveBoard board, LiveDisplay live, MagicCall call) {
        this.call = call;
        this.planner = planner;
        this.coder = coder;
        this.board = board;
        this.live = live;
    }

    @Override
    public void rounds(List<Round> rounds) {
        if (text != null) {
            text.fold(
                    first == 0
                            ? line(rounds.getLast())
                            : together(rounds.stream().filter(r -> r.number() >= first).toList()));
            text = null;
            first = 0;
        }
        board.rounds(rounds);
        live.changed();
    }

    /** A round in a line: what came of it, and what was tried. */
    private static String line(Round round) {
        String plan = round.plan().strip().replaceAll("\\s+", " ");
        return "Round %d: %s%s%s. %s"
                .formatted(
                        round.number(),
                        round.outcome().orElse("interrupted"),
                        round.ratio().isPresent()
                                ? String.format(Locale.ROOT, ", %.3f", round.ratio().getAsDouble())
                                : "",
                        round.detail().isEmpty() ? "" : ", " + round.detail(),
                        plan.length() <= LINE ? plan : plan.substring(0, LINE) + "\u2026");
    }

    /** Candidates in a line: which was kept, and what came of the others. */
    private String together(List<Round> those) {
        var numbers = new TreeMap<String, List<String>>();
        String kept = "";
        for (Round each : those) {
            if (each.isKept()) {
                kept =
                        String.format(
                                Locale.ROOT,
                                "kept %d, %.3f, %s; ",
                                each.number(),
                                each.ratio().orElse(Double.NaN),
                                each.detail());
            } else {
                numbers.computeIfAbsent(
                                each.outcome().orElse("interrupted"), _ -> new ArrayList<>())
                        .add("" + each.number());
            }
        }
        return "%s%s%s"
                .formatted(
                        title,
                        kept.isEmpty() ? "kept none; " : kept,
                        numbers.entrySet().stream()
                                .map(
                                        each ->
                                                each.getKey()
                                                        + " "
                                                        + String.join(", ", each.getValue()))
                                .collect(Collectors.joining("; ")))
                .replaceFirst("; $", "");
    }

    @Override
    public void begins(int round, int candidates) {
        first = round;
        asked = candidates;
        written.set(0);
        title =
                candidates == 1
                        ? "Candidate %d: ".formatted(round)
                        : "Candidates %d to %d: ".formatted(round, round + candidates - 1);
        text = call.liveText(title + planner + " and " + coder + " are writing");
    }

    @Override
    public void written(Round round) {
        text.title("%s%d of %d are written".formatted(title, written.incrementAndGet(), asked));
        text.append(
                "%d. %s%n%s%n%n"
                        .formatted(
                                round.number(),
                                round.plan(),
                                round.outcome().isPresent()
                                        ? "✗ " + round.detail()
                                        : round.source().orElse("").strip()));
    }

    @Override
    public void unanswered(int round, String why) {
        text.append("%d. There is no answer: %s%n%n".formatted(round, why));
    }

    @Override
    public void measures(int candidates) {
        text.title("%smeasuring %d".formatted(title, candidates));
    }

    /**
     * Shows how far the units of a measurement are: of a round's, or after the last of the
     * hold-out's.
     */
    public void measured(String progress) {
        if (text != null) {
            text.title(title + "measuring, " + progress);
            return;
        }
        if (holdOut == null) {
            holdOut = call.liveText("");
        }
        holdOut.title("The hold-out workload: " + progress);
    }

    @Override
    public void plans(int round) {
        title = "Round %d: ".formatted(round);
        text = call.liveText(title + planner + " is planning");
    }

    @Override
    public void planned(Completion answer) {
        text.append(
                answer.isRecorded()
                        ? "\n(RECORDED plan, played back: written by %s on %s)\n"
                                .formatted(answer.model(), answer.recordedOn())
                        : "\n(Plan by %s)\n".formatted(answer.model()));
    }

    @Override
    public void asks(int repair) {
        text.title(title + coder + (repair == 0 ? " is writing" : " is repairing its answer"));
        text.append("\n");
    }

    @Override
    public void writes(String piece) {
        text.append(piece);
    }

    @Override
    public void answered(Completion answer, OptionalDouble costUsd) {
        text.append("\n(%s)\n\n".formatted(PromptView.caption(answer, costUsd)));
    }

    @Override
    public void tries(Gate gate) {
        if (!gate.tries().isEmpty()) {
            text.title(title + gate.tries());
        }
    }

    @Override
    public void passed(Gate gate, String detail) {
        text.append(PromptView.passedLine(gate, detail));
    }

    @Override
    public void skipped(Gate gate, String why) {
        text.append(PromptView.skippedLine(gate, why));
    }

    @Override
    public void judged(Verdict verdict) {
        text.append(PromptView.failedLine(verdict));
        text.title(title + "measuring");
    }

    @Override
    public void close() {
        if (text != null) {
            text.title(title + "this was not finished");
            text.close();
        }
        if (holdOut != null) {
            holdOut.close();
        }
    }
}
