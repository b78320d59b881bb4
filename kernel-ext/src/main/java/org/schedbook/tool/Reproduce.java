package org.schedbook.tool;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.schedbook.bench.Bench;
import org.schedbook.bench.BenchException;
import org.schedbook.bench.BenchResult;
import org.schedbook.bench.Contender;
import org.schedbook.bench.Plan;
import org.schedbook.bench.Shell;
import org.schedbook.compile.CompileException;
import org.schedbook.compile.CompileException.Problem;
import org.schedbook.compile.CompiledPolicy;
import org.schedbook.compile.CompilerProcess;
import org.schedbook.compile.PolicySource;
import org.schedbook.file.ForeignFile;
import org.schedbook.file.ForeignFileException;
import org.schedbook.jupyter.CellError;
import org.schedbook.jupyter.Plain;
import org.schedbook.jupyter.Table;
import org.schedbook.kernel.ClangException;
import org.schedbook.kernel.HandWritten;
import org.schedbook.kernel.HandWrittenException;
import org.schedbook.kernel.KernelPolicy;
import org.schedbook.kernel.UnsupportedException;
import org.schedbook.measure.Comparison;
import org.schedbook.measure.Interval;
import org.schedbook.report.LabReport;
import org.schedbook.report.ReportPage;
import org.schedbook.session.Session;
import org.schedbook.session.TargetChoice;
import org.schedbook.target.Target;
import org.schedbook.target.TargetException;
import org.schedbook.view.BenchView;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/**
 * Measures what a report has once more: {@code ./schedbook reproduce FILE}. A report is written by
 * somebody else: it says what to measure, on a machine of what shape, and nothing of it runs on
 * this machine unless the person says so.
 */
@Command(
        name = "reproduce",
        description =
                "Measures what a report has once more, in a guest or in the simulator, and says which"
                        + " ratios agree.")
final class Reproduce implements Callable<Integer> {

    private static final int AGREES = 0;
    private static final int DIFFERS = 1;
    private static final int FAILED = 2;

    /** More than any report of ours has; a page that asks for more wants something else. */
    private static final int MAX_REPETITIONS = 1000;

    /** In bytes; a page with all of its figures has less than one MiB. */
    private static final int MAX_PAGE = 64 << 20;

    private static final Duration MAX_LIMIT = Duration.ofHours(1);

    @Parameters(paramLabel = "REPORT.html", description = "A page that %%report wrote.")
    private Path file;

    @Option(
            names = "--host",
            description =
                    "Also measure here what was measured on a machine's own kernel: the report's"
                            + " policies are attached to this machine, and its commands run on it.")
    private boolean host;

    @Option(
            names = "--allow-commands",
            description = "Also run commands that the report's author wrote.")
    private boolean commands;

    /**
     * Returns 0 if every ratio agrees, that is if its interval then and its interval now overlap; 1
     * if one does not; 2 if it could not be found out.
     */
    @Override
    public Integer call() {
        try {
            return reproduce();
        } catch (CellError e) {
            say(e.getMessage() + "\n" + e.next());
        } catch (TargetException e) {
            say(e.getMessage() + "\n" + e.nextStep());
        } catch (ForeignFileException e) {
            say(e.getMessage() + ", and so no report of Schedbook's. Nothing was run.");
        } catch (IOException e) {
            say(file + " cannot be read.");
        } catch (BenchException | CompileException e) {
            say(file + ": " + e.getMessage());
        } catch (InterruptedException e) {
            say("Interrupted.");
        } catch (RuntimeException e) {
            say(
                    "%s cannot be measured again: %s. This is a defect of Schedbook; the page belongs in a report of it."
                            .formatted(file, e));
        }
        return FAILED;
    }

    private static void say(String text) {
        System.err.println(Plain.of(text));
    }

    private int reproduce()
            throws IOException,
                    TargetException,
                    BenchException,
                    CompileException,
                    InterruptedException {
        // All of the page is looked at before anything runs.
        var policies = new HashMap<String, Known>();
        var measurements = new LinkedHashMap<BenchResult, TargetChoice>();
        try {
            LabReport report = ReportPage.read(ForeignFile.text(file, MAX_PAGE));
            System.out.println(
                    Plain.of(report.question().isEmpty() ? file.toString() : report.question()));
            policies.putAll(policies(report));
            for (LabReport.Measured each : report.measured()) {
                TargetChoice choice = each.choice();
                BenchResult result = each.result();
                allow(choice, result);
                contenders(result, policies).forEach(contender -> refuseByHand(contender, choice));
                result.rows(); // fails if the figures are not the workload's
                measurements.put(result, choice);
            }
        } catch (IllegalArgumentException e) {
            throw noReport(e.getMessage());
        } catch (NullPointerException | IndexOutOfBoundsException e) {
            throw noReport("something is missing in it");
        }
        boolean agree = true;
        for (var each : measurements.entrySet()) {
            agree &= reproduce(each.getKey(), each.getValue(), policies);
        }
        System.out.println(
                agree
                        ? "Every ratio agrees: its interval then and its interval now overlap."
                        : "Not every ratio agrees: some intervals then and now do not overlap.");
        return agree ? AGREES : DIFFERS;
    }

    private CellError noReport(String why) {
        return new CellError("%s cannot be measured again: %s.".formatted(file, why))
                .next("Nothing was run. Ask its author for the page as %report wrote it.");
    }

    /** Refuses what the person has not asked for, and shows what a page makes this machine do. */
    private void allow(TargetChoice choice, BenchResult result) {
        Plan plan = result.plan();
        if (plan.repetitions() > MAX_REPETITIONS
                || plan.warmUps() > MAX_REPETITIONS
                || plan.limit().compareTo(MAX_LIMIT) > 0) {
            throw new CellError(
                            "The report asks for %d runs of up to %s each."
                                    .formatted(
                                            (long) plan.repetitions() + plan.warmUps(),
                                            plan.limit()))
                    .next("No report of Schedbook's does. Nothing was run.");
        }
        boolean here = choice.isThisMachine();
        boolean free = result.workload() instanceof Shell;
        if (here && !host || free && !commands) {
            String flags = (here ? " --host" : "") + (free ? " --allow-commands" : "");
            throw new CellError(
                            "The report asks to run this %s:%n    %s"
                                    .formatted(
                                            here
                                                    ? "on this machine itself, not in a guest"
                                                    : "command, which its author wrote",
                                            result.workload().commandLine()))
                    .next(
                            "Nothing was run. Read it; if you trust it, run: ./schedbook reproduce %s%s"
                                    .formatted(file, flags));
        }
        if (here || free) {
            System.out.println(
                    Plain.of(
                            "%s: %s"
                                    .formatted(
                                            here ? "On this machine" : "The author's command",
                                            result.workload().commandLine())));
        }
    }

    /**
     * @param byHand what is attached if its author wrote C
     */
    private record Known(
            PolicySource source, CompiledPolicy compiled, Optional<KernelPolicy> byHand) {}

    /** Returns the policies of a report by the hash of their source. */
    private static Map<String, Known> policies(LabReport report)
            throws CompileException, InterruptedException {
        var compiler = new CompilerProcess();
        var policies = new HashMap<String, Known>();
        for (LabReport.Policy policy : report.policies()) {
            var source = new PolicySource(policy.name(), policy.source());
            policies.put(source.hash(), known(source, policy.language(), compiler));
        }
        return policies;
    }

    /** The C of a page goes through what that of a cell does. */
    private static Known known(
            PolicySource source, Optional<String> language, CompilerProcess compiler)
            throws CompileException, InterruptedException {
        if (language.isEmpty()) {
            return new Known(source, compiler.compile(source), Optional.empty());
        }
        if (!language.get().equals(LabReport.C)) {
            throw new IllegalArgumentException(
                    "%s is written in '%s', which is not known here"
                            .formatted(source.name(), language.get()));
        }
        try {
            HandWritten written = HandWritten.of(source);
            KernelPolicy policy = written.policy(compiler.compile(written.init()));
            return new Known(source, policy.policy(), Optional.of(policy));
        } catch (HandWrittenException e) {
            Problem first = e.problems().getFirst();
            throw new IllegalArgumentException(
                    "%s may not run, or does not compile here: %s%s"
                            .formatted(
                                    source.name(),
                                    first.line() == 0 ? "" : "line " + first.line() + ": ",
                                    first.message()));
        } catch (ClangException e) {
            throw new IllegalArgumentException(e.getMessage());
        }
    }

    private static List<Contender> contenders(BenchResult then, Map<String, Known> policies)
            throws InterruptedException {
        var contenders = new ArrayList<Contender>();
        for (String name : then.contenders()) {
            contenders.add(contender(name, then, policies));
        }
        return contenders;
    }

    /** Returns what a name stood for; whose source is not there is not taken for the kernel. */
    private static Contender contender(String name, BenchResult then, Map<String, Known> policies)
            throws InterruptedException {
        String hash = then.sourceHashes().get(name);
        if (hash == null && name.equals(Contender.EEVDF.name())) {
            return Contender.EEVDF;
        }
        Known policy = hash == null ? null : policies.get(hash);
        if (policy == null) {
            throw new IllegalArgumentException(
                    "the source of %s is not in it, so that cannot be measured again"
                            .formatted(name));
        }
        if (policy.byHand.isPresent()) {
            return new Contender(name, Optional.of(policy.compiled), policy.byHand);
        }
        if (!name.endsWith(Contender.IN_KERNEL)) {
            return new Contender(name, Optional.of(policy.compiled));
        }
        try {
            KernelPolicy translated = KernelPolicy.of(policy.source, policy.compiled);
            return new Contender(name, Optional.of(policy.compiled), Optional.of(translated));
        } catch (UnsupportedException | ClangException e) {
            throw new IllegalArgumentException(
                    "%s decided in the kernel, and cannot here: %s"
                            .formatted(name, e.getMessage()));
        }
    }

    /** Whoever wrote it could read all memory of this machine's kernel, whatever flag is given. */
    private static void refuseByHand(Contender contender, TargetChoice choice) {
        if (choice.isThisMachine()
                && contender.inKernel().filter(KernelPolicy::byHand).isPresent()) {
            throw new IllegalArgumentException(
                    contender.name()
                            + " is written in C, which is for guests, and was measured on a"
                            + " machine's own kernel");
        }
    }

    private static boolean reproduce(
            BenchResult then, TargetChoice choice, Map<String, Known> policies)
            throws TargetException, BenchException, InterruptedException {
        try (Session session = new Session()) {
            session.place().choose(choice);
            Target target = session.place().target();
            if (choice.kind() == TargetChoice.Kind.sim
                    && !then.machine().accelerator().equals(target.machine().accelerator())) {
                throw new CellError(
                                "It was measured with '%s', which the report does not hold."
                                        .formatted(then.machine().accelerator()))
                        .next(
                                "Ask its author for the file of costs, and measure it in a notebook.");
            }
            System.out.println("\n" + Plain.of(then.workload().title()));
            System.out.println("  then: " + Plain.of(then.machine().caption()));
            System.out.println("  now:  " + Plain.of(target.machine().caption()));
            BenchResult now =
                    new Bench(target, then.workload(), contenders(then, policies), then.plan())
                            .run(
                                    (done, total, contender, _) ->
                                            System.err.printf(
                                                    "  run %d of %d at most, %s%n",
                                                    done + 1, total, Plain.of(contender.name())));
            return compare(then, now);
        }
    }

    private static boolean compare(BenchResult then, BenchResult now) {
        var rows = new ArrayList<List<String>>();
        boolean agree = true;
        List<BenchResult.Row> nowRows = now.rows();
        for (BenchResult.Row thenRow : then.rows()) {
            BenchResult.Row nowRow =
                    nowRows.stream()
                            .filter(row -> row.metric().equals(thenRow.metric()))
                            .filter(row -> row.contender().equals(thenRow.contender()))
                            .findFirst()
                            .orElseThrow(() -> notMeasured(thenRow, now));
            Comparison before = thenRow.comparison().orElse(null);
            Comparison after = nowRow.comparison().orElse(null);
            boolean agrees = before == null || overlap(before.interval(), after.interval());
            agree &= agrees;
            rows.add(
                    List.of(
                            thenRow.metric().label(),
                            thenRow.contender(),
                            BenchView.number(thenRow.summary().median()),
                            BenchView.number(nowRow.summary().median()),
                            ratio(before),
                            ratio(after),
                            before == null ? "" : agrees ? "agrees" : "differs"));
        }
        System.out.println(
                Plain.of(
                        new Table(
                                        "",
                                        List.of(
                                                "metric",
                                                "policy",
                                                "median then",
                                                "now",
                                                "ratio to " + then.baseline() + " then",
                                                "now",
                                                ""),
                                        rows)
                                .text()));
        return agree;
    }

    private static CellError notMeasured(BenchResult.Row row, BenchResult now) {
        return new CellError(
                        "%s under %s was not measured again: %s."
                                .formatted(row.metric().label(), row.contender(), now.ended()))
                .next("What the report has after it was not measured, either.");
    }

    private static String ratio(Comparison comparison) {
        return comparison == null
                ? ""
                : "%s (%s)"
                        .formatted(
                                BenchView.ratio(comparison.ratio()),
                                BenchView.interval(comparison.interval()));
    }

    /** Intervals that are not known, of too few samples, contradict nothing. */
    private static boolean overlap(Interval a, Interval b) {
        return !(a.high() < b.low() || b.high() < a.low());
    }
}
