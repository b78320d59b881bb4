package org.schedbook.tool;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.schedbook.compile.CompiledPolicy;
import org.schedbook.compile.CompilerProcess;
import org.schedbook.compile.PolicySource;
import org.schedbook.file.ForeignFile;
import org.schedbook.file.NamedFile;
import org.schedbook.llm.Completion;
import org.schedbook.llm.Endpoint;
import org.schedbook.llm.ModelException;
import org.schedbook.llm.OpenAiModel;
import org.schedbook.llm.Prices;
import org.schedbook.llm.Recordings;
import org.schedbook.llm.Sampling;
import org.schedbook.prompt.DryRun;
import org.schedbook.prompt.Gate;
import org.schedbook.prompt.Gates;
import org.schedbook.prompt.GuestTrial;
import org.schedbook.prompt.PolicyPrompt;
import org.schedbook.prompt.PromiseTrial;
import org.schedbook.prompt.PromptTexts;
import org.schedbook.prompt.RepairLoop;
import org.schedbook.prompt.Situation;
import org.schedbook.prompt.Trial;
import org.schedbook.prompt.Verdict;
import org.schedbook.store.Store;
import org.schedbook.target.sim.SimMachine;
import org.schedbook.target.vm.VmTarget;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/**
 * Sends each of a directory's prompts to a model, its answers through all gates and back for
 * repair, and prints how far each came. Requests, answers and verdicts are kept in the output
 * directory: in a store, as recordings, and the last source of each.
 */
@Command(
        name = "evaluate-prompts",
        sortOptions = false,
        description = {
            "Sends every prompt of a directory to the model of OPENAI_BASE_URL and OPENAI_MODEL, sends"
                    + " the answers through all gates and back for repair, and prints how far each"
                    + " came.",
            ""
        })
final class EvaluatePrompts implements Callable<Integer> {

    /** What the guests have; the model is told. */
    private static final int CPUS = 2;

    @Parameters(
            arity = "0..1",
            paramLabel = "DIR",
            defaultValue = "${sys:schedbook.prompts}",
            description = "Where the prompts are, one NAME.md each; docs/prompts unless given.")
    private Path prompts;

    @Option(
            names = "--only",
            split = ",",
            paramLabel = "NAME",
            description = "Only these, separated by commas.")
    private List<String> only = List.of();

    @Option(names = "--model", paramLabel = "MODEL", description = "Instead of OPENAI_MODEL.")
    private String model = System.getenv("OPENAI_MODEL");

    @Option(
            names = "--repairs",
            paramLabel = "N",
            description = "How often an answer may be corrected (${DEFAULT-VALUE}).")
    private int repairs = 3;

    @Option(
            names = "--parallel",
            paramLabel = "N",
            description = "How many requests are under way at once (${DEFAULT-VALUE}).")
    private int parallel = 4;

    @Option(names = "--no-attach", description = "Do not try the policies in a guest.")
    private boolean noAttach;

    @Option(
            names = "--output",
            paramLabel = "DIR",
            description = "Where to keep everything (${DEFAULT-VALUE}).")
    private Path output = Path.of("out", "prompts");

    /**
     * How far one answer came.
     *
     * @param untried the gates that it could not be sent through, such as for want of a guest
     */
    private record Try(Optional<Gate> failed, List<Gate> untried, Duration gates) {

        static Try of(Verdict verdict, Duration gates) {
            List<Gate> untried =
                    verdict.skipped().keySet().stream()
                            .filter(gate -> !(gate instanceof PromiseTrial)) // it made none
                            .toList();
            return new Try(verdict.failed(), untried, gates);
        }

        boolean passed() {
            return failed.isEmpty() && untried.isEmpty();
        }

        @Override
        public String toString() {
            return failed.map(Gate::name)
                    .orElseGet(
                            () ->
                                    untried.isEmpty()
                                            ? "passed"
                                            : untried.stream()
                                                    .map(Gate::skipped)
                                                    .collect(Collectors.joining(", ")));
        }
    }

    /** What came of one prompt; {@code error} if its last request was not answered. */
    private record Row(
            String name,
            List<Try> tries,
            String promises,
            long tokensIn,
            long tokensOut,
            OptionalDouble costUsd,
            String error) {

        boolean passed() {
            return !tries.isEmpty() && tries.getLast().passed();
        }

        boolean passedAtOnce() {
            return passed() && tries.size() == 1;
        }

        String end() {
            return !error.isEmpty()
                    ? error
                    : passed()
                            ? "works"
                            : tries.getLast().failed().isPresent()
                                    ? "fails"
                                    : tries.getLast().toString();
        }
    }

    @Override
    public Integer call() throws IOException, InterruptedException, ExecutionException {
        Optional<Endpoint> endpoint = Endpoint.from(System.getenv());
        if (endpoint.isEmpty() || model == null || model.isBlank()) {
            System.err.println("Set OPENAI_BASE_URL or OPENAI_API_KEY, and OPENAI_MODEL.");
            return 2;
        }
        if (!Files.isDirectory(prompts)) {
            System.err.println("There is no directory " + prompts + ".");
            return 2;
        }
        List<String> names = names();
        if (names.isEmpty()) {
            System.err.println(
                    "There is no prompt in %s: one is a file NAME.md%s."
                            .formatted(
                                    prompts,
                                    only.isEmpty()
                                            ? ""
                                            : ", and none is called " + String.join(", ", only)));
            return 2;
        }
        NamedFile.directory(output);
        Prices prices = Prices.read(output.resolve("prices.csv"));
        var guest = new ReentrantLock(true);
        var rows = new ArrayList<Row>();
        try (var store = Store.open(output);
                var client = new OpenAiModel(endpoint.get(), model, Sampling.DEFAULT);
                var threads = Executors.newFixedThreadPool(parallel)) {
            List<Future<Row>> futures =
                    names.stream()
                            .map(
                                    name ->
                                            threads.submit(
                                                    () -> run(name, client, prices, store, guest)))
                            .toList();
            for (Future<Row> future : futures) {
                rows.add(future.get());
            }
        }
        print(rows);
        return rows.stream().allMatch(Row::passed) ? 0 : 1;
    }

    private List<String> names() throws IOException {
        try (Stream<Path> files = Files.list(prompts)) {
            return files.map(file -> file.getFileName().toString())
                    .filter(file -> file.endsWith(".md"))
                    .map(file -> file.substring(0, file.length() - ".md".length()))
                    .filter(name -> only.isEmpty() || only.contains(name))
                    .sorted()
                    .toList();
        }
    }

    private Row run(
            String name, OpenAiModel client, Prices prices, Store store, ReentrantLock guest)
            throws IOException, InterruptedException {
        var prompt =
                new PolicyPrompt(
                        ForeignFile.text(prompts.resolve(name + ".md"), PromptTexts.MAX_BYTES),
                        PolicySource.builtIn("fifo").orElseThrow(),
                        new Situation(
                                Optional.of(SimMachine.flat(CPUS).topology()), List.of(), Map.of()),
                        PromptTexts.builtIn());
        var log = new Log(name);
        var loop =
                new RepairLoop(
                        client,
                        prices,
                        Gates.standard(new CompilerProcess(), new DryRun(CPUS), trial(guest)),
                        store,
                        Optional.of(new Recordings(output.resolve("recordings"))));
        OptionalDouble cost = OptionalDouble.empty();
        String error = "";
        try {
            var limits = new RepairLoop.Limits(repairs, OptionalDouble.empty());
            cost = loop.run(name, prompt, limits, log).costUsd();
        } catch (ModelException e) {
            error = e.getMessage();
        }
        return new Row(name, log.tries, log.promises, log.tokensIn, log.tokensOut, cost, error);
    }

    private Optional<Trial> trial(ReentrantLock guest) {
        return noAttach
                ? Optional.empty()
                : Optional.of(new OneAtATime(new GuestTrial(VmTarget::boot), guest));
    }

    /** Has one trial wait for the other: guests want more than a gigabyte of memory each. */
    private record OneAtATime(Trial trial, ReentrantLock lock) implements Trial {

        @Override
        public String name() {
            return trial.name();
        }

        @Override
        public String passed() {
            return trial.passed();
        }

        @Override
        public String failed() {
            return trial.failed();
        }

        @Override
        public String skipped() {
            return trial.skipped();
        }

        @Override
        public Result run(PolicySource source, CompiledPolicy policy) throws InterruptedException {
            lock.lockInterruptibly();
            try {
                return trial.run(source, policy);
            } finally {
                lock.unlock();
            }
        }
    }

    /** Says what happens to one prompt, a line at a time, as others do the same. */
    private final class Log implements RepairLoop.Observer {

        private final String name;
        private final List<Try> tries = new ArrayList<>();
        private String promises = "";
        private long tokensIn;
        private long tokensOut;
        private Instant answered = Instant.EPOCH;

        Log(String name) {
            this.name = name;
        }

        @Override
        public void asks(int repair) {
            say(repair == 0 ? "asks" : "asks for repair " + repair);
        }

        @Override
        public void writes(String piece) {}

        @Override
        public void answered(Completion answer, OptionalDouble costUsd) {
            answered = Instant.now();
            tokensIn += answer.promptTokens();
            tokensOut += answer.completionTokens();
        }

        @Override
        public void passed(Gate gate, String detail) {
            if (gate instanceof PromiseTrial) {
                promises = detail;
            }
        }

        @Override
        public void skipped(Gate gate, String why) {
            if (gate instanceof PromiseTrial) {
                promises = why;
            }
            say(gate.skipped() + ": " + why);
        }

        @Override
        public void judged(Verdict verdict) {
            tries.add(Try.of(verdict, Duration.between(answered, Instant.now())));
            say(tries.getLast().toString());
            verdict.problems().stream().limit(5).forEach(p -> say("  " + p.message()));
            verdict.source()
                    .ifPresent(
                            source -> {
                                try {
                                    NamedFile.write(output.resolve(name + ".java"), source.text());
                                } catch (IOException e) {
                                    say("the source is in the store only: " + e.getMessage());
                                }
                            });
        }

        private void say(String what) {
            System.err.printf("%-22s %s%n", name, what);
        }
    }

    private void print(List<Row> rows) {
        System.out.printf(
                "%nModel %s, text %s%n%n", model, PromptTexts.builtIn().hash().substring(0, 8));
        System.out.println(
                "| prompt | first try | repairs | in the end | promises | gates, s | tokens in | out |");
        System.out.println("|---|---|---|---|---|---|---|---|");
        for (Row row : rows) {
            System.out.printf(
                    Locale.ROOT,
                    "| %s | %s | %s | %s | %s | %s | %,d | %,d |%n",
                    row.name(),
                    row.tries().isEmpty() ? "no answer" : row.tries().getFirst(),
                    row.tries().stream()
                            .skip(1)
                            .map(Try::toString)
                            .collect(Collectors.joining(", ")),
                    row.end(),
                    row.promises(),
                    row.tries().stream()
                            .map(
                                    t ->
                                            String.format(
                                                    Locale.ROOT,
                                                    "%.1f",
                                                    t.gates().toMillis() / 1e3))
                            .collect(Collectors.joining(", ")),
                    row.tokensIn(),
                    row.tokensOut());
        }
        System.out.printf(
                "%n%d of %d work at the first try, %d within %d repairs. Everything is kept in %s.%n",
                rows.stream().filter(Row::passedAtOnce).count(),
                rows.size(),
                rows.stream().filter(Row::passed).count(),
                repairs,
                output);
    }
}
