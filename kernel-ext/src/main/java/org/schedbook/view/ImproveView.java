package org.schedbook.view;

import java.util.List;
import java.util.OptionalDouble;
import org.schedbook.jupyter.LiveDisplay;
import org.schedbook.jupyter.LiveText;
import org.schedbook.jupyter.MagicCall;
import org.schedbook.llm.Completion;
import org.schedbook.prompt.Gate;
import org.schedbook.prompt.ImproveLoop;
import org.schedbook.prompt.Verdict;
import org.schedbook.store.Round;

/** Shows in the cell what {@code %improve} does, as it does it. */
public final class ImproveView implements ImproveLoop.Observer, AutoCloseable {

    private final MagicCall call;
    private final String planner;
    private final PromptView coder;
    private final ImproveBoard board;
    private final LiveDisplay live;
    private LiveText plan;
    private String planning = "";

    public ImproveView(
            String planner,
            PromptView coder,
            ImproveBoard board,
            LiveDisplay live,
            MagicCall call) {
        this.call = call;
        this.planner = planner;
        this.coder = coder;
        this.board = board;
        this.live = live;
    }

    @Override
    public void rounds(List<Round> rounds) {
        board.rounds(rounds);
        live.changed();
    }

    @Override
    public void plans(int round) {
        planning = "Round %d: %s is planning".formatted(round, planner);
        plan = call.liveText(planning);
    }

    @Override
    public void waits(String why) {
        if (plan != null) {
            plan.title(planning + ". " + why);
        } else {
            coder.waits(why);
        }
    }

    @Override
    public void planned(Completion answer) {
        plan.title(
                answer.isRecorded()
                        ? "RECORDED plan, played back: written by %s on %s"
                                .formatted(answer.model(), answer.recordedOn())
                        : "Plan by " + answer.model());
        plan.close();
        plan = null;
    }

    @Override
    public void asks(int repair) {
        coder.asks(repair);
    }

    @Override
    public void writes(String piece) {
        if (plan != null) {
            plan.append(piece);
        } else {
            coder.writes(piece);
        }
    }

    @Override
    public void answered(Completion answer, OptionalDouble costUsd) {
        coder.answered(answer, costUsd);
    }

    @Override
    public void tries(Gate gate) {
        coder.tries(gate);
    }

    @Override
    public void passed(Gate gate, String detail) {
        coder.passed(gate, detail);
    }

    @Override
    public void skipped(Gate gate, String why) {
        coder.skipped(gate, why);
    }

    @Override
    public void judged(Verdict verdict) {
        coder.judged(verdict);
    }

    @Override
    public void close() {
        if (plan != null) {
            plan.title("The model did not finish");
            plan.close();
        }
        coder.close();
    }
}
