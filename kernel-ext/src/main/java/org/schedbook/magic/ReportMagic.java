package org.schedbook.magic;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.schedbook.bench.BenchResult;
import org.schedbook.bench.Contender;
import org.schedbook.child.ChildProcess;
import org.schedbook.jupyter.CellError;
import org.schedbook.jupyter.Magic;
import org.schedbook.jupyter.MagicCall;
import org.schedbook.plot.SamplePlot;
import org.schedbook.report.LabReport;
import org.schedbook.report.LabReport.Measured;
import org.schedbook.report.ReportPage;
import org.schedbook.session.Policies;
import org.schedbook.session.Session;
import org.schedbook.store.StoreException;
import org.schedbook.store.StoredRequest;
import org.schedbook.store.Version;
import org.schedbook.view.BenchPlot;
import org.schedbook.view.BenchView;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code %report FILE}: writes what was measured as a lab report. */
@Command(
        description = {
            "Writes everything measured in this notebook as one page, with all it takes to check it.",
            "",
            "Figures, plots, verdicts, the policies' sources and the prompts they came from, what"
                    + " it was measured on, and all samples as CSV and JSON. ./schedbook reproduce"
                    + " FILE measures it again and says which figures agree. A FILE that ends in"
                    + " .pdf is printed by Chromium.",
        },
        footer = {
            "Examples:",
            "  %report report.html",
            "  %report lab-3.html --question \"Does FIFO send messages faster than EEVDF?\"",
            "  %report lab-3.pdf"
        })
final class ReportMagic implements Magic {

    private static final String PDF = ".pdf";

    private static final List<String> BROWSERS =
            List.of("chromium", "chromium-browser", "google-chrome");

    private static final int PRINT_SECONDS = 90;

    @Parameters(paramLabel = "FILE", description = "The page to write: .html or .pdf.")
    private Path file;

    @Option(
            names = "--question",
            paramLabel = "TEXT",
            defaultValue = "",
            description = "What was to be found out: the report's title.")
    private String question;

    private final Session session;

    ReportMagic(Session session) {
        this.session = session;
    }

    @Override
    public Object run(MagicCall call) throws InterruptedException {
        List<Measured> measured =
                session.figures().measured().stream()
                        .map(each -> new Measured(each.where(), each.result()))
                        .toList();
        if (measured.isEmpty()) {
            throw new CellError("Nothing has been measured yet.")
                    .next("Measure something: %bench messaging");
        }
        String name = file.getFileName().toString().toLowerCase(Locale.ROOT);
        if (!name.endsWith(PDF) && !name.endsWith(".html")) {
            throw new CellError("'" + file + "' is neither .html nor .pdf.")
                    .next("Write, for example: %report report.html");
        }
        var report =
                new LabReport(
                        question,
                        Instant.now().truncatedTo(ChronoUnit.SECONDS),
                        policies(measured),
                        measured,
                        software(measured));
        String page =
                ReportPage.html(
                        report,
                        measured.stream().map(ReportMagic::figure).toList(),
                        "./schedbook reproduce " + file.getFileName());
        try {
            if (name.endsWith(PDF)) {
                print(page);
            } else {
                Output.write(file, page);
            }
            return "%s is written: %s, %,d KB."
                            .formatted(file, contents(report), Files.size(file) / 1024 + 1)
                    + (name.endsWith(PDF) ? "" : " ./schedbook reproduce measures it again.");
        } catch (IOException e) {
            throw new CellError("%s cannot be written.".formatted(file))
                    .next("Name a file in a directory that is there and can be written to.")
                    .details(e.toString());
        }
    }

    private static String contents(LabReport report) {
        int measurements = report.measured().size();
        int policies = report.policies().size();
        return "%d measurement%s of %d polic%s"
                .formatted(
                        measurements,
                        measurements == 1 ? "" : "s",
                        policies,
                        policies == 1 ? "y" : "ies");
    }

    private static ReportPage.Figure figure(Measured measured) {
        BenchResult result = measured.result();
        SamplePlot plot = BenchPlot.of(result);
        var notes = new ArrayList<>(List.of(BenchView.course(result)));
        notes.add("Measured on: %target " + measured.target() + ".");
        result.runs().stream()
                .mapToDouble(run -> run.load())
                .max()
                .ifPresent(
                        load ->
                                notes.add(
                                        String.format(
                                                Locale.ROOT,
                                                "Load average of the machine meanwhile: at most"
                                                        + " %.1f.",
                                                load)));
        return new ReportPage.Figure(
                result.workload().title(),
                BenchView.table(result),
                plot.png(),
                plot.altText(),
                notes);
    }

    /**
     * As they were when they were measured: a source that changed is in the report twice. Wherever
     * a policy decided, its source is the same.
     */
    private List<LabReport.Policy> policies(List<Measured> measured) {
        var policies = new LinkedHashSet<LabReport.Policy>();
        for (Measured each : measured) {
            for (String contender : each.result().contenders()) {
                String hash = each.result().sourceHashes().get(contender); // none of the kernel's
                session.figures()
                        .source(hash)
                        .map(source -> policy(Contender.policyOf(contender), hash, source))
                        .ifPresent(policies::add);
            }
        }
        return List.copyOf(policies);
    }

    private LabReport.Policy policy(String name, String hash, Policies.Source source) {
        return new LabReport.Policy(
                name,
                source.text().text(),
                hash,
                source.byHand() ? Optional.of(LabReport.C) : Optional.empty(),
                prompt(name, hash));
    }

    private Optional<LabReport.Prompt> prompt(String name, String hash) {
        try {
            long attempt =
                    session.store().versions(name).stream()
                            .filter(version -> version.sourceHash().equals(hash))
                            .map(Version::attempt)
                            .filter(each -> each.isPresent())
                            .mapToLong(each -> each.getAsLong())
                            .findFirst()
                            .orElse(-1);
            return session.store().attempts(name).stream()
                    .filter(
                            kept ->
                                    kept.id() == attempt
                                            || kept.sourceHash().equals(Optional.of(hash)))
                    .findFirst()
                    .map(ReportMagic::prompt);
        } catch (StoreException e) {
            return Optional.empty(); // the report is of what was measured, with or without it
        }
    }

    private static LabReport.Prompt prompt(StoredRequest kept) {
        return new LabReport.Prompt(
                kept.words(),
                kept.base(),
                kept.model().orElse(kept.askedModel()),
                kept.recordedOn());
    }

    private static Map<String, String> software(List<Measured> measured) {
        var software = new LinkedHashMap<String, String>();
        String version = ReportMagic.class.getPackage().getImplementationVersion();
        software.put("Schedbook", version == null ? "not packaged" : version);
        software.put("Java of the notebook", System.getProperty("java.vm.version"));
        software.put("kernel of the machine", "Linux " + System.getProperty("os.version"));
        software.put(
                "CPUs of the machine",
                Integer.toString(Runtime.getRuntime().availableProcessors()));
        for (int i = 0; i < measured.size(); i++) {
            software.put("measurement " + (i + 1), measured.get(i).result().machine().caption());
        }
        return software;
    }

    private void print(String page) throws IOException, InterruptedException {
        String browser =
                BROWSERS.stream()
                        .filter(ReportMagic::isInstalled)
                        .findFirst()
                        .orElseThrow(
                                () ->
                                        new CellError(
                                                        "A PDF is printed by Chromium, which is not"
                                                                + " installed.")
                                                .next(
                                                        "Install it (Debian: apt-get install"
                                                                + " chromium), or write .html and"
                                                                + " print that."));
        Path directory = Files.createTempDirectory("schedbook-report");
        Path html = directory.resolve("report.html");
        Path pdf = directory.resolve("report.pdf");
        try {
            Files.writeString(html, page);
            Process process =
                    ChildProcess.of(
                                    browser,
                                    "--headless",
                                    "--no-sandbox", // it shows a page that was just written here
                                    "--disable-gpu",
                                    "--no-pdf-header-footer",
                                    "--user-data-dir=" + directory.resolve("profile"),
                                    "--print-to-pdf=" + pdf,
                                    html.toUri().toString())
                            .redirectErrorStream(true)
                            .redirectOutput(directory.resolve("log").toFile())
                            .start();
            try {
                if (!process.waitFor(PRINT_SECONDS, TimeUnit.SECONDS) || process.exitValue() != 0) {
                    throw new CellError(browser + " did not print the report.")
                            .next("Write .html and print that.")
                            .details(Files.readString(directory.resolve("log")));
                }
                Output.copy(pdf, file);
            } finally {
                process.descendants().forEach(ProcessHandle::destroyForcibly);
                process.destroyForcibly();
            }
        } finally {
            delete(directory);
        }
    }

    private static boolean isInstalled(String program) {
        return Stream.of(System.getenv("PATH").split(File.pathSeparator))
                .anyMatch(directory -> Files.isExecutable(Path.of(directory, program)));
    }

    private static void delete(Path directory) throws IOException {
        try (Stream<Path> all = Files.walk(directory)) {
            for (Path each : all.sorted((a, b) -> b.compareTo(a)).toList()) {
                Files.deleteIfExists(each);
            }
        }
    }
}
