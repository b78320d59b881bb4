package org.schedbook.prompt;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.schedbook.child.ChildJvm;
import org.schedbook.compile.CompileException.Problem;
import org.schedbook.compile.CompiledPolicy;
import org.schedbook.compile.PolicySource;
import org.schedbook.harness.PolicyFault;
import org.schedbook.policy.Policy;
import org.schedbook.prompt.DryRunProcess.Job;
import org.schedbook.prompt.DryRunProcess.Report;

/**
 * Simulates a policy under a few loads and finds what it does wrong: what it throws, the tasks it
 * forgets or starves, calls that do not return, memory it does not stop taking. The policy runs as
 * on a live kernel, from user space, and in a process of its own.
 */
public final class DryRun implements Trial {

    private static final int HEAP_MIB = 128;

    /** What a process that was killed ends with: by this one, which had waited long enough. */
    private static final int KILLED = 128 + 9;

    private static final String GROWS =
            "It takes more than %d MiB of memory: something grows without end.".formatted(HEAP_MIB);

    private final int cpus;

    /**
     * @param cpus of the smaller machines that are simulated
     */
    public DryRun(int cpus) {
        this.cpus = cpus;
    }

    @Override
    public String name() {
        return "SIMULATE";
    }

    @Override
    public String passed() {
        return "schedules every task in the simulator";
    }

    @Override
    public String failed() {
        return "fails in the simulator";
    }

    @Override
    public String tries() {
        return "Trying it in the simulator";
    }

    @Override
    public String skipped() {
        return "not tried in the simulator";
    }

    @Override
    public Result run(PolicySource source, CompiledPolicy policy) throws InterruptedException {
        long started = System.nanoTime();
        var reports = new ArrayList<Report>();
        String trouble;
        try {
            trouble = simulate(policy, reports);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        Set<Problem> problems = new LinkedHashSet<>();
        reports.forEach(report -> problems.addAll(problems(report, source)));
        if (!trouble.isEmpty() && problems.isEmpty()) {
            problems.add(Problem.ofWhole(trouble));
        }
        if (!problems.isEmpty()) {
            return Result.failed(List.copyOf(problems));
        }
        return Result.passed(
                String.format(
                        Locale.ROOT,
                        "%d loads, %,d events, %.1f s",
                        reports.size(),
                        reports.stream().mapToLong(Report::nrEvents).sum(),
                        (System.nanoTime() - started) / 1e9),
                reports.stream().map(Report::digest).collect(Collectors.joining("-")));
    }

    /** Fills in a report for each scenario; returns what kept the process from its end. */
    private String simulate(CompiledPolicy policy, List<Report> reports)
            throws IOException, InterruptedException {
        Process process =
                new ChildJvm(
                                DryRunProcess.class,
                                HEAP_MIB,
                                List.of("-Xss512k", "-XX:TieredStopAtLevel=1"),
                                List.of(
                                        Policy.class,
                                        JsonMapper.class,
                                        JsonFactory.class,
                                        JsonProperty.class))
                        .builder()
                        .start();
        // A read from a process is not interruptible; its end is an end of the read.
        Thread watch = Thread.ofVirtual().start(() -> endInTime(process));
        var reader =
                Thread.ofVirtual()
                        .start(
                                () -> {
                                    try {
                                        talk(process, policy, reports);
                                    } catch (IOException e) {
                                        // The process ended: its exit code says why.
                                    }
                                });
        try {
            reader.join();
            process.waitFor();
            return trouble(process);
        } finally {
            process.destroyForcibly();
            watch.interrupt();
        }
    }

    private static void endInTime(Process process) {
        try {
            if (!process.waitFor(DryRunProcess.LIFE.toMillis() + 5_000, TimeUnit.MILLISECONDS)) {
                process.destroyForcibly();
            }
        } catch (InterruptedException e) {
            // The answer is there.
        }
    }

    private void talk(Process process, CompiledPolicy policy, List<Report> reports)
            throws IOException {
        var job = new Job(policy.mainClass(), policy.classes(), cpus);
        var out = process.getOutputStream();
        out.write(
                (DryRunProcess.JSON.writeValueAsString(job) + "\n")
                        .getBytes(StandardCharsets.UTF_8));
        out.flush();
        BufferedReader in = process.inputReader(StandardCharsets.UTF_8);
        for (String line = in.readLine(); line != null; line = in.readLine()) {
            reports.add(DryRunProcess.JSON.readValue(line, Report.class));
        }
    }

    private static String trouble(Process process) throws IOException {
        String errors =
                new String(process.getErrorStream().readAllBytes(), StandardCharsets.UTF_8).strip();
        return switch (process.exitValue()) {
            case 0 -> "";
            case 2 -> errors + ".";
            case 3 -> GROWS;
            case 5, KILLED -> "The simulation did not come to its end in time.";
            default -> throw new IOException("The simulation failed: " + errors);
        };
    }

    // ---- What is wrong --------------------------------------------------------------------

    private static List<Problem> problems(Report report, PolicySource source) {
        String where = "Simulated " + report.scenario() + ": ";
        var problems = new ArrayList<Problem>();
        report.faults().stream()
                .map(fault -> problem(fault, where, source))
                .distinct()
                .forEach(problems::add);
        if (problems.isEmpty()) {
            // The first is usually the cause of the others.
            Stream.of(starved(report), outcome(report))
                    .filter(text -> !text.isEmpty())
                    .limit(2)
                    .map(text -> Problem.ofWhole(where + text))
                    .forEach(problems::add);
        }
        if (problems.isEmpty() && report.allocates()) {
            problems.add(
                    Problem.ofWhole(
                            where
                                    + "it allocates %,d bytes per scheduling event. Keep what you need in fields and TaskStorage, and do not copy or rebuild collections in callbacks."
                                            .formatted(
                                                    report.allocatedBytes() / report.nrEvents())));
        }
        return problems;
    }

    private static Problem problem(PolicyFault fault, String where, PolicySource source) {
        String message =
                where
                        + "in "
                        + fault.callback()
                        + "(): "
                        + fault.message()
                        + advice(fault.message());
        int at = fault.line() == 0 ? 0 : fault.line() - source.firstLine() + 1;
        String line = source.text().lines().skip(Math.max(0, at - 1)).findFirst().orElse("");
        if (at == 0 || line.isBlank()) {
            return Problem.ofWhole(message);
        }
        return Problem.ofLine(at, line, message);
    }

    private static String advice(String message) {
        if (message.contains("OutOfMemoryError")) {
            return ". " + GROWS;
        }
        return message.contains(" was sent to CPU ")
                ? ". Ask task.canRunOn(cpu) first; if the task in hand cannot run on the CPU that"
                        + " dispatch() is called for, leave it and look for another."
                : "";
    }

    private static String outcome(Report report) {
        return switch (report.outcome()) {
            case COMPLETED, DURATION -> "";
            case STALLED ->
                    "a task that could run got no CPU for 5 s, so the kernel would throw the policy"
                            + " out.";
            case TIME_LIMIT, DEADLOCK ->
                    "the work, which takes a few seconds, is not done after 20 s.";
            case EVENT_BUDGET ->
                    "it makes events without end; look for tasks that are enqueued and preempted"
                            + " over and over, or CPUs that kick each other.";
            case DEADLINE -> "it takes too long.";
            case INIT_FAILED -> "init() failed.";
        };
    }

    private static String starved(Report report) {
        if (report.starved().isEmpty()) {
            return "";
        }
        return "%s.%s Every task that can run must get a CPU within a second."
                .formatted(
                        report.starved().getFirst(),
                        report.starved().size() == 1
                                ? ""
                                : " So did " + (report.starved().size() - 1) + " others.");
    }
}
