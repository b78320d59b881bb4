package org.schedbook.magic;

import java.util.Map;
import org.schedbook.compile.CompilerProcess;
import org.schedbook.course.Grading;
import org.schedbook.jupyter.Magics;
import org.schedbook.session.Session;
import org.schedbook.view.Errors;

/** Schedbook's magics, in the order of the path from words to a plot. */
final class SchedbookMagics {

    static void register(Magics magics, Map<String, String> environment) {
        register(magics, environment, new Session(Session.DIRECTORY, Grading.isOn(environment)));
    }

    static void register(Magics magics, Map<String, String> environment, Session session) {
        Session.current(session);
        magics.atShutdown(session).explaining(Errors::explain);
        magics.using(new Candidates(session, environment));
        CompilerProcess.prepare();
        magics.cell("Write", "prompt", () -> new PromptMagic(session, environment));
        magics.line("Write", "prompt", () -> new PromptShowMagic(session, environment));
        magics.cell("Write", "policy", () -> new PolicyMagic(session));
        magics.cell("Write", "bpf", () -> new BpfMagic(session));
        magics.cell("Write", "answer", () -> new AnswerMagic(session));
        magics.line("Write", "improve", () -> new ImproveMagic(session, environment));
        magics.line("Run", "target", () -> new TargetMagic(session));
        magics.line("Run", "attach", () -> new AttachMagic(session));
        magics.line("Run", "c", () -> new CMagic(session));
        magics.line("Run", "status", () -> new StatusMagic(session));
        magics.line("Run", "top", () -> new TopMagic(session));
        magics.line("Run", "detach", () -> new DetachMagic(session));
        magics.line("Run", "console", () -> new ConsoleMagic(session));
        magics.line("Run", "shell", () -> new ShellMagic(session));
        magics.line("Simulate", "sim", () -> new SimMagic(session));
        magics.line("Simulate", "record", () -> new RecordMagic(session));
        magics.line("Simulate", "timeline", () -> new TimelineMagic(session));
        magics.line("Simulate", "why", () -> new WhyMagic(session));
        magics.line("Simulate", "check", () -> new CheckMagic(session, environment));
        magics.line("Measure", "bench", () -> new BenchMagic(session));
        magics.line("Measure", "compare", () -> new CompareMagic(session));
        magics.line("Measure", "sweep", () -> new SweepMagic(session));
        magics.line("Measure", "workloads", WorkloadsMagic::new);
        magics.line("Measure", "plot", () -> new PlotMagic(session));
        magics.line("Measure", "leaderboard", () -> new LeaderboardMagic(session));
        magics.line("Measure", "report", () -> new ReportMagic(session));
        magics.line("Keep", "history", () -> new HistoryMagic(session));
        magics.line("Keep", "diff", () -> new DiffMagic(session));
        magics.line("Keep", "use", () -> new UseMagic(session));
        magics.line("Keep", "cost", () -> new CostMagic(session));
        magics.line("Notebook", "sched", () -> new SchedMagic(session, environment));
        magics.line("Notebook", "doctor", () -> new DoctorMagic(session, environment));
        magics.listing("Notebook");
    }

    private SchedbookMagics() {}
}
