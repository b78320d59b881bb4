package org.schedbook.magic;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.schedbook.bench.Bench;
import org.schedbook.bench.BenchException;
import org.schedbook.bench.BenchResult;
import org.schedbook.bench.Contender;
import org.schedbook.compile.CompileException;
import org.schedbook.compile.PolicyCompiler;
import org.schedbook.compile.PolicySource;
import org.schedbook.jupyter.CellError;
import org.schedbook.jupyter.Table;
import org.schedbook.measure.Comparison;
import org.schedbook.measure.Interval;
import org.schedbook.report.LabReport;
import org.schedbook.report.ReportPage;
import org.schedbook.session.Session;
import org.schedbook.target.Target;
import org.schedbook.target.TargetException;
import org.schedbook.view.BenchView;
import picocli.CommandLine;

/** Measures what a report has once more: {@code ./schedbook reproduce FILE}. */
public final class Reproduce {

    private static final int AGREES = 0;
    private static final int DIFFERS = 1;
    private static final int FAILED = 2;

    /**
     * Exits with status 0 if every ratio agrees, that is if its interval then and its interval now
     * overlap; with 1 if one does not; with 2 if it could not be found out.
     *
     * @param args the report, a page that {@code %report} wrote
     */
    public static void main(String[] args) {
        int status = FAILED;
        try {
            status = reproduce(Path.of(args[0]));
        } catch (CellError e) {
            System.err.println(e.getMessage() + "\n" + e.next());
        } catch (TargetException e) {
            System.err.println(e.getMessage() + "\n" + e.nextStep());
        } catch (IOException e) {
            System.err.println(args[0] + " can not be read.");
        } catch (BenchException | CompileException | IllegalArgumentException e) {
            System.err.println(args[0] + ": " + e.getMessage());
        } catch (InterruptedException e) {
            System.err.println("Interrupted.");
        }
        System.exit(status);
    }

    private static int reproduce(Path file)
            throws IOException,
                    TargetException,
                    BenchException,
                    CompileException,
                    InterruptedException {
        LabReport report = ReportPage.read(Files.readString(file));
        System.out.println(report.question().isEmpty() ? file.toString() : report.question());
        Map<String, Contender> contenders = contenders(report);
        boolean agree = true;
        for (LabReport.Measured each : report.measured()) {
            agree &= reproduce(each, contenders);
        }
        System.out.println(
                agree
                        ? "Every ratio agrees: its interval then and its interval now overlap."
                        : "Not every ratio agrees: some intervals then and now do not overlap.");
        return agree ? AGREES : DIFFERS;
    }

    /** Returns what is to be measured, by the hash of its source. */
    private static Map<String, Contender> contenders(LabReport report) throws CompileException {
        var compiler = new PolicyCompiler();
        var contenders = new HashMap<String, Contender>();
        for (LabReport.Policy policy : report.policies()) {
            var source = new PolicySource(policy.name(), policy.source());
            contenders.put(policy.hash(), Contender.of(compiler.compile(source)));
        }
        return contenders;
    }

    private static boolean reproduce(LabReport.Measured measured, Map<String, Contender> contenders)
            throws TargetException, BenchException, InterruptedException {
        BenchResult then = measured.result();
        List<Contender> again =
                then.contenders().stream()
                        .map(
                                name ->
                                        contenders.getOrDefault(
                                                then.sourceHashes().get(name), Contender.EEVDF))
                        .toList();
        try (Session session = new Session();
                Target target = target(session, measured.target())) {
            System.out.println("\n" + then.workload().title());
            System.out.println("  then: " + then.machine().caption());
            System.out.println("  now:  " + target.machine().caption());
            BenchResult now =
                    new Bench(target, then.workload(), again, then.plan())
                            .run(
                                    (done, total, contender, _) ->
                                            System.err.printf(
                                                    "  run %d of %d at most, %s%n",
                                                    done + 1, total, contender.name()));
            return compare(then, now);
        }
    }

    private static Target target(Session session, String line)
            throws TargetException, InterruptedException {
        var magic = new TargetMagic(session);
        new CommandLine(magic).setCaseInsensitiveEnumValuesAllowed(true).parseArgs(line.split(" "));
        session.choose(magic.choice());
        return session.target();
    }

    private static boolean compare(BenchResult then, BenchResult now) {
        var rows = new ArrayList<List<String>>();
        boolean agree = true;
        List<BenchResult.Row> nowRows = now.rows();
        List<BenchResult.Row> thenRows = then.rows();
        for (int i = 0; i < thenRows.size(); i++) {
            Comparison before = thenRows.get(i).comparison().orElse(null);
            Comparison after = nowRows.get(i).comparison().orElse(null);
            boolean agrees = before == null || overlap(before.interval(), after.interval());
            agree &= agrees;
            rows.add(
                    List.of(
                            thenRows.get(i).metric().label(),
                            thenRows.get(i).contender(),
                            BenchView.number(thenRows.get(i).summary().median()),
                            BenchView.number(nowRows.get(i).summary().median()),
                            ratio(before),
                            ratio(after),
                            before == null ? "" : agrees ? "agrees" : "differs"));
        }
        System.out.println(
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
                        .text());
        return agree;
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

    private Reproduce() {}
}
