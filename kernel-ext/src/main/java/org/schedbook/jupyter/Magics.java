package org.schedbook.jupyter;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.dflib.jjava.jupyter.kernel.BaseKernel;
import org.dflib.jjava.jupyter.kernel.magic.MagicsRegistry;
import picocli.CommandLine;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.UsageMessageSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.UnmatchedArgumentException;

/**
 * The magics of a notebook, by name. A magic's class is loaded, and picocli with it, when it is
 * first called, completed or explained: registering costs the kernel's start nothing.
 */
public final class Magics {

    /**
     * How long an interrupted magic may take to end by itself, so that the cell ends within 1 s.
     */
    private static final long INTERRUPT_GRACE_MS = 900;

    private static final System.Logger LOG = System.getLogger(Magics.class.getName());

    private static final String LINE = "%";
    private static final String CELL = "%%";

    /**
     * A registered magic.
     *
     * @param name as typed, with {@code %} or {@code %%}
     */
    public record Entry(
            String group,
            String name,
            Supplier<? extends Magic> factory,
            CommandLine.IFactory parts) {

        /** Returns the magic as picocli has it. */
        public CommandLine command() {
            CommandLine command = Numbers.in(new CommandLine(factory.get(), parts));
            CommandSpec spec = command.getCommandSpec().name(name);
            UsageMessageSpec usage = spec.usageMessage();
            usage.description(verbatim(usage.description())).footer(verbatim(usage.footer()));
            usage.descriptionHeading("%n").footerHeading("%n");
            if (spec.positionalParameters().isEmpty()) {
                usage.optionListHeading("%n");
            } else {
                usage.parameterListHeading("%n");
            }
            if (spec.findOption("--help") == null) {
                spec.addOption(
                        OptionSpec.builder("--help")
                                .usageHelp(true)
                                .description("Show this help.")
                                .build());
            }
            Magic magic = command.getCommand();
            return command.setExpandAtFiles(false)
                    .setStopAtPositional(magic.takesCommandLine())
                    .setCaseInsensitiveEnumValuesAllowed(true)
                    .setOverwrittenOptionsAllowed(true);
        }

        /**
         * Picocli formats these texts, and in ours a percent sign is the start of a magic. Blank
         * lines around them are dropped: the headings set them apart.
         */
        private static String[] verbatim(String[] lines) {
            String text = MagicHelp.inLetters(String.join("\n", lines).strip());
            return text.replace("%", "%%").split("\n", -1);
        }

        /** Returns what {@code --help} shows. */
        public String help() {
            return MagicHelp.of(command());
        }

        String synopsis() {
            CommandLine command = command();
            return command.getHelp().synopsis(0).strip();
        }

        /** Returns one sentence: what the magic does. */
        public String summary() {
            String[] lines =
                    new CommandLine(factory.get(), parts)
                            .getCommandSpec()
                            .usageMessage()
                            .description();
            return lines.length == 0 ? "" : lines[0];
        }
    }

    /**
     * What Tab offers.
     *
     * @param start where in the line, or in the body of a cell magic, the text to replace starts
     */
    public record Completion(int start, List<String> values) {}

    private final Frontend frontend;
    private final MagicsRegistry registry;
    private final SequencedMap<String, Entry> entries = new LinkedHashMap<>();
    private final Deque<MagicCall> running = new ConcurrentLinkedDeque<>();
    private final Deque<AutoCloseable> atShutdown = new ConcurrentLinkedDeque<>();
    private Function<Exception, Optional<CellError>> explanation = _ -> Optional.empty();
    private CommandLine.IFactory parts = CommandLine.defaultFactory();
    private volatile MagicCall abandoned;
    private volatile CellError lastError;

    /**
     * @param registry where JJava looks magics up; each is known there too, also by its name with a
     *     question mark
     */
    public Magics(Frontend frontend, MagicsRegistry registry) {
        this.frontend = frontend;
        this.registry = registry;
    }

    /** Returns the magics of a kernel, ours or a stock JJava one. */
    public static Magics of(BaseKernel kernel) {
        return kernel instanceof SchedbookKernel ours
                ? ours.magics()
                : new Magics(new KernelFrontend(kernel), kernel.getMagicsRegistry());
    }

    /** Adds {@code %lsmagic}, which lists these magics and all others of the kernel. */
    public Magics listing(String group) {
        return line(group, "lsmagic", () -> new LsMagic(this, () -> names(registry)));
    }

    /** Returns every name a kernel knows, as typed, without the names for help. */
    static Collection<String> names(MagicsRegistry registry) {
        var names = new ArrayList<String>();
        registry.getLineMagicNames().forEach(name -> names.add(LINE + name));
        registry.getCellMagicNames().forEach(name -> names.add(CELL + name));
        names.removeIf(name -> name.endsWith("?"));
        return names;
    }

    /** Adds a line magic, called as {@code %name}, or replaces the one of that name. */
    public Magics line(String group, String name, Supplier<? extends Magic> factory) {
        entries.put(LINE + name, new Entry(group, LINE + name, factory, parts));
        for (String each : List.of(name, name + "?")) {
            registry.registerLineMagic(
                    each,
                    (BaseKernel k, List<String> args) ->
                            run(MagicLine.of(LINE, each, args), 1, null));
        }
        return this;
    }

    /**
     * Adds a cell magic, called as {@code %%name} on the first line of a cell, or replaces the one
     * of that name.
     */
    public Magics cell(String group, String name, Supplier<? extends Magic> factory) {
        entries.put(CELL + name, new Entry(group, CELL + name, factory, parts));
        for (String each : List.of(name, name + "?")) {
            registry.registerCellMagic(
                    each,
                    (BaseKernel k, List<String> args, String body) ->
                            run(MagicLine.of(CELL, each, args), 1, body));
        }
        return this;
    }

    /**
     * Has {@code closeable} closed when the kernel ends, in whatever way it ends short of {@code
     * kill -9}; the last one added is closed first. Keep it under two seconds.
     */
    public Magics atShutdown(AutoCloseable closeable) {
        atShutdown.push(closeable);
        return this;
    }

    /** Interrupts what runs and closes what was given to {@link #atShutdown}, once. */
    public void close() {
        running.forEach(MagicCall::interrupt);
        for (AutoCloseable next = atShutdown.poll(); next != null; next = atShutdown.poll()) {
            try {
                next.close();
            } catch (Exception e) {
                LOG.log(System.Logger.Level.WARNING, "at shutdown: {0}", e.toString());
            }
        }
    }

    /**
     * Has exceptions that a magic ends with shown as what {@code explanation} makes of them; those
     * it makes nothing of are defects of the magic.
     */
    public Magics explaining(Function<Exception, Optional<CellError>> explanation) {
        this.explanation = explanation;
        return this;
    }

    /** Has picocli make what options and parameters name, for the magics added from now on. */
    public Magics using(CommandLine.IFactory factory) {
        parts = factory;
        return this;
    }

    /** Returns all magics, in the order they were added. */
    public Collection<Entry> entries() {
        return entries.values();
    }

    /** Returns the type of a magic's value, where it declares one that cells may name. */
    Optional<Class<?>> valueType(MagicLine line) {
        return entry(line)
                .map(entry -> entry.factory().get().getClass())
                .flatMap(
                        type ->
                                Stream.of(type.getDeclaredMethods())
                                        .filter(m -> m.getName().equals("run") && !m.isBridge())
                                        .filter(m -> m.getParameterCount() == 1)
                                        .findFirst())
                .<Class<?>>map(Method::getReturnType)
                .filter(type -> Modifier.isPublic(type.getModifiers()) && type != Object.class);
    }

    boolean has(MagicLine line) {
        return entry(line).isPresent();
    }

    private Optional<Entry> entry(MagicLine line) {
        String name =
                line.name().endsWith("?")
                        ? line.name().substring(0, line.name().length() - 1)
                        : line.name();
        return Optional.ofNullable(entries.get(line.prefix() + name));
    }

    /**
     * Calls a magic on this thread as a cell does that holds it and nothing else.
     *
     * @param line the magic as typed, {@code %name …} or {@code %%name …}
     * @param body what follows the line of a cell magic; null for a line magic
     * @throws CellError for whatever goes wrong, after it was shown as a card
     */
    public Object call(String line, String body) {
        return run(MagicLine.parse(line), 1, body);
    }

    /**
     * Calls a magic on this thread. Whatever goes wrong is shown as a card and thrown as a {@link
     * CellError}.
     *
     * @param cellLine the line of the cell that {@code line} is, from 1
     * @param body what follows the line of a cell magic; null for a line magic
     */
    Object run(MagicLine line, int cellLine, String body) {
        Entry entry = entry(line).orElseThrow();
        var call = new MagicCall(line, cellLine, body == null ? "" : body, frontend);
        try {
            return run(entry, call);
        } catch (CellError e) {
            throw show(e, call);
        }
    }

    private Object run(Entry entry, MagicCall call) {
        if (call.line().name().endsWith("?")) {
            return showHelp(entry);
        }
        refuseBesideAbandoned(entry);
        CommandLine command = entry.command();
        try {
            List<String> words =
                    CommaLists.joined(entry.name(), command.getCommandSpec(), call.line().values());
            if (command.parseArgs(words.toArray(String[]::new)).isUsageHelpRequested()) {
                return showHelp(entry);
            }
        } catch (ParameterException e) {
            throw usageError(entry, call, e);
        }
        if (entry.name().startsWith(CELL) && call.body().isBlank()) {
            throw new UsageError(entry.name() + " has nothing below it.")
                    .next(
                            "Write the lines it works on below "
                                    + call.line().text().strip()
                                    + "; "
                                    + entry.name()
                                    + "? shows its help.");
        }
        Magic magic = command.getCommand();
        running.push(call);
        try {
            Object value = magic.run(call);
            call.end();
            return value;
        } catch (Throwable e) {
            throw failure(entry, call, e);
        } finally {
            running.remove(call);
            if (abandoned == call) {
                abandoned = null;
            }
        }
    }

    private Object showHelp(Entry entry) {
        frontend.display(frontend.render(entry.help()));
        return null;
    }

    private void refuseBesideAbandoned(Entry entry) {
        MagicCall still = abandoned;
        if (still != null) {
            throw new CellError(
                            entry.name()
                                    + " cannot start: "
                                    + still.name()
                                    + ", interrupted earlier, is still running.")
                    .next("Wait for it to end, or restart the kernel.");
        }
    }

    private static CellError usageError(Entry entry, MagicCall call, ParameterException e) {
        CommandSpec spec = e.getCommandLine().getCommandSpec();
        String what = e.getMessage().lines().findFirst().orElse("").strip();
        String word =
                e instanceof UnmatchedArgumentException unmatched
                        ? unmatched.getUnmatched().getFirst()
                        : unknownOption(spec, call.line());
        if (word != null && !(e instanceof UnmatchedArgumentException)) {
            // Picocli names a missing parameter first, but this is what the person meant to say.
            what = "Unknown option: '" + word + "'";
        } else if (e instanceof UnmatchedArgumentException unmatched
                && !unmatched.isUnknownOption()) {
            what = "'" + word + "' is more than it takes.";
        }
        var error = new UsageError(entry.name() + ": " + what);
        String hint = "";
        if (word == null && e.getValue() != null) {
            mark(call, error, arg -> hasValue(arg, e.getValue()));
        } else if (word != null) {
            mark(call, error, arg -> arg.equals(word));
            hint =
                    nearest(optionName(word), spec.optionsMap().keySet())
                            .map(near -> "Did you mean " + near + "? ")
                            .orElse(
                                    !word.startsWith("-")
                                                    && spec.optionsMap().containsKey("--policies")
                                            ? "Several policies have commas between them: fifo,vtime. "
                                            : "");
        }
        return error.next(
                hint + "Usage: " + entry.synopsis() + " — " + entry.name() + "? explains it.");
    }

    private static void mark(MagicCall call, UsageError error, Predicate<String> isMeant) {
        call.line().args().stream()
                .filter(arg -> isMeant.test(arg.value()))
                .findFirst()
                .ifPresent(arg -> error.at(call.mark(arg, "not understood")));
    }

    /** Whether a word is this value, or an option that it is written right behind. */
    private static boolean hasValue(String word, String value) {
        return word.equals(value)
                || word.startsWith("-") && !value.isEmpty() && word.endsWith(value);
    }

    private static String unknownOption(CommandSpec spec, MagicLine line) {
        return line.values().stream()
                .filter(word -> word.startsWith("--") && spec.findOption(optionName(word)) == null)
                .findFirst()
                .orElse(null);
    }

    private static String optionName(String word) {
        return word.contains("=") ? word.substring(0, word.indexOf('=')) : word;
    }

    private CellError failure(Entry entry, MagicCall call, Throwable e) {
        CellError error;
        Optional<CellError> explained =
                e instanceof Exception known ? explanation.apply(known) : Optional.empty();
        if (call.interrupted()) {
            error = new Interrupted(entry.name() + " was interrupted.");
        } else if (e instanceof CellError cellError) {
            error = cellError;
        } else if (e instanceof ParameterException wrong) {
            error = usageError(entry, call, wrong); // of an option that only the magic knows
        } else if (explained.isPresent()) {
            error = explained.get();
        } else {
            String message =
                    e.getMessage() == null
                            ? ""
                            : ": " + e.getMessage().lines().findFirst().orElse("");
            error =
                    new CellError(
                                    entry.name()
                                            + " failed with "
                                            + e.getClass().getSimpleName()
                                            + message)
                            .next(
                                    "This is a defect of the magic; the details below belong in a report of it.")
                            .details(stackTrace(e));
        }
        try {
            call.end();
        } catch (Exception closing) {
            error.addSuppressed(closing);
        }
        return error;
    }

    private static String stackTrace(Throwable e) {
        var text = new StringWriter();
        e.printStackTrace(new PrintWriter(text, true));
        return text.toString();
    }

    /** Shows that no magic has this name, and returns the error to throw. */
    CellError unknown(MagicLine line, int cellLine, Collection<String> known) {
        String name = line.prefix() + line.name();
        CellError error =
                new UsageError("There is no magic " + name + ".")
                        .next(
                                nearest(name, known)
                                                .map(near -> "Did you mean " + near + "? ")
                                                .orElse("")
                                        + "%lsmagic lists them all.");
        return show(error, new MagicCall(line, cellLine, "", frontend));
    }

    /**
     * Returns whether braces at a place of a line may be meant as they stand: in what is a command
     * for a shell, and in lines for magics that are not of these.
     */
    boolean takesBraces(MagicLine line, int at) {
        Optional<? extends Magic> magic = magic(line);
        if (magic.isEmpty() || magic.get().takesCommandLine()) {
            return true;
        }
        String before = "";
        for (MagicLine.Arg arg : line.args()) {
            if (arg.start() <= at && at < arg.end()) {
                return magic.get().takesCommand(optionName(arg.value()))
                        || magic.get().takesCommand(before);
            }
            before = arg.value();
        }
        return false;
    }

    /** Shows that a line has a name in braces that no variable has, and returns the error. */
    CellError noVariable(MagicLine line, int cellLine, String name, int at) {
        var call = new MagicCall(line, cellLine, "", frontend);
        return show(
                new UsageError("There is no variable " + name + ".")
                        .at(
                                call.mark(
                                        new MagicLine.Arg(name, at, at + name.length() + 2),
                                        "not declared"))
                        .next(
                                "Declare it in a cell that is run before, or write {{%s}} if the braces are meant."
                                        .formatted(name)),
                call);
    }

    /** Shows an error of a cell that called no magic, and returns it to throw. */
    CellError show(CellError error) {
        lastError = error;
        frontend.display(new ErrorCard(error, "").bundle());
        return error;
    }

    private CellError show(CellError error, MagicCall call) {
        lastError = error;
        call.frontend().display(new ErrorCard(error, call.cell()).bundle());
        return error;
    }

    /** Returns whether this is the error that was shown last. */
    boolean wasShown(CellError error) {
        return error == lastError;
    }

    /**
     * Interrupts the running magics and waits, for less than a second, for them to end.
     *
     * @return false if no magic was running, and so there was nothing to interrupt
     */
    boolean interrupt() throws InterruptedException {
        List<MagicCall> now = List.copyOf(running);
        now.forEach(MagicCall::interrupt);
        if (!now.isEmpty()
                && !now.getLast().ended().await(INTERRUPT_GRACE_MS, TimeUnit.MILLISECONDS)) {
            abandoned = now.getFirst();
        }
        return !now.isEmpty();
    }

    /** Returns the magic that was interrupted and still runs. */
    Optional<MagicCall> abandoned() {
        return Optional.ofNullable(abandoned);
    }

    /** Returns the help of the magic a line calls, if it is one of these. */
    Optional<String> help(MagicLine line) {
        return entry(line).map(Entry::help);
    }

    /** Returns the magic a line calls, with none of its arguments, if it is one of these. */
    Optional<? extends Magic> magic(MagicLine line) {
        return entry(line).map(entry -> entry.factory().get());
    }

    /**
     * Completes the last word of a line.
     *
     * @param text the line up to the cursor, starting with its {@code %}
     * @return null if the line calls none of these magics
     */
    public Completion complete(String text) {
        MagicLine line = MagicLine.parse(text);
        Optional<Entry> entry = entry(line);
        if (entry.isEmpty()) {
            return null;
        }
        boolean newWord = CellLexer.isBlank(text.charAt(text.length() - 1));
        List<String> words = new ArrayList<>(line.values());
        String last = newWord || words.isEmpty() ? "" : words.removeLast();
        int start = newWord ? text.length() : line.args().getLast().start();
        CommandLine command = entry.get().command();
        CommandSpec spec = command.getCommandSpec();

        int equals = last.indexOf('=');
        if (last.startsWith("-") && equals > 0) {
            OptionSpec option = spec.findOption(last.substring(0, equals));
            return option == null
                    ? null
                    : values(option, last.substring(equals + 1), start + equals + 1);
        }
        if (last.startsWith("-")) {
            return new Completion(start, options(spec, words, last));
        }
        OptionSpec open = words.isEmpty() ? null : spec.findOption(words.getLast());
        if (open != null && open.arity().max() > 0) {
            return values(open, last, start);
        }
        int position = positionals(spec, words);
        return spec.positionalParameters().stream()
                .filter(p -> p.index().contains(position))
                .findFirst()
                .map(p -> values(p, last, start))
                .filter(c -> !c.values().isEmpty())
                .orElseGet(
                        () ->
                                new Completion(
                                        start,
                                        last.isEmpty() ? options(spec, words, "") : List.of()));
    }

    private static List<String> options(CommandSpec spec, List<String> used, String prefix) {
        return spec.options().stream()
                .filter(o -> !o.hidden() && used.stream().noneMatch(List.of(o.names())::contains))
                .map(OptionSpec::longestName)
                .filter(name -> name.startsWith(prefix))
                .sorted()
                .toList();
    }

    private static int positionals(CommandSpec spec, List<String> words) {
        int count = 0;
        for (int i = 0; i < words.size(); i++) {
            String word = words.get(i);
            OptionSpec option = spec.findOption(word);
            if (option != null && option.arity().max() > 0) {
                i++;
            } else if (!word.startsWith("-")) {
                count++;
            }
        }
        return count;
    }

    private static Completion values(ArgSpec arg, String prefix, int start) {
        // In a list, a value is complete at its separator and the next one is wanted.
        int from = arg.splitRegex().startsWith(",") ? prefix.lastIndexOf(',') + 1 : 0;
        String part = prefix.substring(from);
        var all = new ArrayList<String>();
        if (arg.completionCandidates() != null) {
            StreamSupport.stream(arg.completionCandidates().spliterator(), false)
                    .map(String::valueOf)
                    .forEach(all::add);
        }
        return new Completion(
                start + from,
                all.stream().filter(v -> v.startsWith(part)).distinct().sorted().toList());
    }

    /** Returns the known name closest to a mistyped one, if one is close. */
    static Optional<String> nearest(String word, Collection<String> known) {
        record Near(String name, int distance) {}
        return known.stream()
                .map(name -> new Near(name, distance(word, name)))
                .filter(near -> near.distance() <= 1 + word.length() / 4)
                .min(Comparator.comparingInt(Near::distance).thenComparing(Near::name))
                .map(Near::name);
    }

    /** Levenshtein's distance: the insertions, deletions and replacements between two words. */
    private static int distance(String a, String b) {
        int[] row = new int[b.length() + 1];
        for (int j = 0; j <= b.length(); j++) {
            row[j] = j;
        }
        for (int i = 1; i <= a.length(); i++) {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j <= b.length(); j++) {
                int replaced = diagonal + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.min(replaced, 1 + Math.min(row[j], row[j - 1]));
            }
        }
        return row[b.length()];
    }
}
