package org.schedbook.jupyter;

import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.SequencedSet;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import jdk.jshell.DeclarationSnippet;
import jdk.jshell.Diag;
import jdk.jshell.EvalException;
import jdk.jshell.ExpressionSnippet;
import jdk.jshell.JShell;
import jdk.jshell.JShellException;
import jdk.jshell.MethodSnippet;
import jdk.jshell.Snippet;
import jdk.jshell.Snippet.Status;
import jdk.jshell.Snippet.SubKind;
import jdk.jshell.SnippetEvent;
import jdk.jshell.SourceCodeAnalysis.Completeness;
import jdk.jshell.SourceCodeAnalysis.CompletionInfo;
import jdk.jshell.TypeDeclSnippet;
import jdk.jshell.UnresolvedReferenceException;
import jdk.jshell.VarSnippet;
import jdk.jshell.spi.ExecutionControl;
import jdk.jshell.spi.ExecutionControl.UserException;
import jdk.jshell.spi.ExecutionControlProvider;
import jdk.jshell.spi.ExecutionEnv;
import org.dflib.jjava.jupyter.kernel.display.DisplayData;
import org.dflib.jjava.jupyter.kernel.display.Renderer;
import org.dflib.jjava.jupyter.telemetry.TelemetryCollector;
import org.dflib.jjava.kernel.execution.CodeEvaluator;
import org.dflib.jjava.kernel.execution.CompilationException;
import org.dflib.jjava.kernel.execution.EvaluationInterruptedException;
import org.dflib.jjava.kernel.execution.IncompleteSourceException;

/**
 * Evaluates cells in JShell. A cell succeeds only if each of its snippets has run or is declared:
 * JShell itself passes over some that it could not compile, and is then of no more use until its
 * compiler is made anew.
 */
final class CellEvaluator extends CodeEvaluator {

    /** What a person who redefines things should know, and JShell does silently. */
    static final class Consequences {

        /**
         * A variable that lost its value, by what has changed, and whether it is still declared.
         */
        private record Reset(String cause, boolean declared) {}

        private final SequencedMap<String, Reset> resets = new LinkedHashMap<>();
        private final SequencedSet<DeclarationSnippet> unresolved = new LinkedHashSet<>();

        /** Returns sentences for the reader of the cell. */
        List<String> sentences(JShell shell) {
            var sentences = new ArrayList<String>();
            resets.values().stream()
                    .map(Reset::cause)
                    .distinct()
                    .forEach(
                            cause -> {
                                List<String> reset = names(new Reset(cause, true));
                                // JShell cannot declare it anew if it was declared with var.
                                List<String> gone = names(new Reset(cause, false));
                                sentences.add(
                                        "%s changed: %s. Run the cell that sets %s again."
                                                .formatted(
                                                        cause,
                                                        Stream.of(
                                                                        counted(
                                                                                reset,
                                                                                "was reset",
                                                                                "were reset"),
                                                                        counted(
                                                                                gone,
                                                                                "is gone",
                                                                                "are gone"))
                                                                .filter(words -> !words.isEmpty())
                                                                .collect(Collectors.joining(", ")),
                                                        reset.size() + gone.size() == 1
                                                                ? "it"
                                                                : "them"));
                            });
            unresolved.stream()
                    .filter(snippet -> isUnresolved(shell, snippet) || isSpoilt(shell, snippet))
                    .map(snippet -> waiting(shell, snippet))
                    .forEach(sentences::add);
            return sentences;
        }

        private List<String> names(Reset reset) {
            return resets.entrySet().stream()
                    .filter(entry -> entry.getValue().equals(reset))
                    .map(Map.Entry::getKey)
                    .toList();
        }

        private static String counted(List<String> names, String one, String several) {
            return names.isEmpty()
                    ? ""
                    : enumerated(names) + " " + (names.size() == 1 ? one : several);
        }
    }

    private static final ThreadLocal<Boolean> COMPILING = new ThreadLocal<>();

    /** The exceptions of Schedbook's Java API, whose messages are written for the person. */
    private static final String OURS = "org.schedbook.";

    private static final int MAX_FRAMES = 40;

    /** What JShell puts before the names of a cell: its class, and what that is a member of. */
    private static final Pattern WRAPPER = Pattern.compile("REPL\\.\\$JShell\\$\\w+[.$]");

    /** Frames of JJava, JShell and the thread pool, which say nothing to the reader of a cell. */
    private static final Pattern KERNEL_FRAME =
            Pattern.compile(
                    "(org\\.dflib\\.jjava|jdk\\.jshell|org\\.schedbook\\.jupyter"
                            + "|java\\.base/(jdk\\.internal\\.reflect|java\\.lang\\.reflect"
                            + "|java\\.util\\.concurrent|java\\.lang\\.Thread\\.run)).*");

    private static final Path OURSELVES =
            Path.of(
                    URI.create(
                            CellEvaluator.class
                                    .getProtectionDomain()
                                    .getCodeSource()
                                    .getLocation()
                                    .toString()));

    private final String name;
    private final Consumer<Object> show;
    private final CellExecution execution = new CellExecution(new SnippetLoader());
    private Consequences consequences = new Consequences();
    private Rejected rejected;
    private boolean expression;
    private boolean lost;

    /** Java of a cell, and where in it the snippet starts that did not compile. */
    private record Rejected(CompilationException error, String code, int start) {}

    /**
     * @param show shows the value of a line magic that more of its cell follows; the last value of
     *     a cell is its result
     */
    CellEvaluator(String name, Consumer<Object> show) {
        super(name, -1, TimeUnit.MILLISECONDS);
        this.name = name;
        this.show = show;
        Thread.currentThread().setContextClassLoader(execution.loader());
    }

    CellExecution execution() {
        return execution;
    }

    @Override
    public ExecutionControlProvider getExecControlProvider() {
        return new ExecutionControlProvider() {
            @Override
            public String name() {
                return name;
            }

            @Override
            public ExecutionControl generate(ExecutionEnv env, Map<String, String> parameters) {
                return execution;
            }
        };
    }

    @Override
    public ClassLoader getClassLoader() {
        return execution.loader();
    }

    @Override
    public void interrupt() {
        execution.interrupt();
    }

    /** Renders a value, whose code that may be, so that an interrupt ends it. */
    DisplayData rendered(Renderer renderer, Object value) {
        try {
            return (DisplayData) execution.onThread(() -> renderer.render(value));
        } catch (UserException e) {
            throw new EvaluationInterruptedException("");
        } catch (RuntimeException e) {
            throw e;
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    @SuppressWarnings("unchecked")
    @Override
    public void startThreadTelemetryCollection(TelemetryCollector<?> collector) {
        execution.collect((TelemetryCollector<Object>) collector);
    }

    @Override
    public void stopThreadTelemetryCollection() {
        execution.collector().stop();
        execution.collect(null);
    }

    /** Returns what has followed from the cells since this was asked last. */
    Consequences takeConsequences() {
        Consequences last = consequences;
        consequences = new Consequences();
        return last;
    }

    /**
     * Returns where in a cell the compiler has found errors: as precisely as it says on lines of
     * Java, and as a whole on lines with magics, which the compiler has not seen.
     */
    List<CellError.Mark> marks(JShell shell, CompilationException error, String cell) {
        if (rejected == null || rejected.error() != error) {
            return List.of();
        }
        Snippet snippet = error.getBadSnippetCompilation().snippet();
        String code = rejected.code();
        // Comments before it may be left out of its source, and a semicolon added at the end.
        int start = code.indexOf(snippet.source().replaceFirst(";\\z", ""), rejected.start());
        if (start < 0) {
            return List.of(); // it was compiled within a magic, from other source
        }
        return shell.diagnostics(snippet)
                .filter(Diag::isError)
                .map(
                        diagnostic ->
                                mark(
                                        cell,
                                        code,
                                        start + Math.toIntExact(diagnostic.getStartPosition()),
                                        start + Math.toIntExact(diagnostic.getEndPosition()),
                                        diagnostic.getMessage(null)))
                .toList();
    }

    private static CellError.Mark mark(String cell, String code, int from, int to, String message) {
        int at = Math.clamp(from, 0, code.length());
        int line = (int) code.substring(0, at).chars().filter(c -> c == '\n').count();
        int lineStart = code.lastIndexOf('\n', at - 1) + 1;
        String compiled = code.substring(lineStart).lines().findFirst().orElse("");
        String typed = cell.lines().skip(line).findFirst().orElse("");
        return typed.equals(compiled)
                ? new CellError.Mark(line + 1, at - lineStart + 1, Math.max(1, to - at), message)
                : new CellError.Mark(line + 1, 1, Math.max(1, typed.length()), message);
    }

    /** Returns whether the cell ended in an expression, whose value is to be shown even if null. */
    boolean endedInExpression() {
        return expression;
    }

    @Override
    public Object eval(JShell shell, String code) {
        if (lost) {
            throw sessionLost();
        }
        boolean within = CellExecution.inCell();
        try {
            if (!within) {
                COMPILING.set(true);
            }
            expression = false;
            Object last = null;
            boolean magic = false;
            String remaining = code;
            CompletionInfo info = shell.sourceCodeAnalysis().analyzeCompletion(code);
            while (info.completeness().isComplete()) {
                if (magic && last != null) {
                    show.accept(last);
                }
                try {
                    last = evalSingle(shell, info.source());
                } catch (CompilationException e) {
                    rejected = new Rejected(e, code, code.length() - remaining.length());
                    throw e;
                }
                magic = !within && isLineMagic(info.source());
                remaining = info.remaining();
                info = shell.sourceCodeAnalysis().analyzeCompletion(info.remaining());
            }
            if (info.completeness() != Completeness.EMPTY) {
                throw new IncompleteSourceException(info.remaining().strip());
            }
            return last;
        } catch (Error e) { // of the compiler, as those of the cell are caught where it runs
            renew(shell);
            throw compilerFailure(e);
        } finally {
            if (!within) {
                COMPILING.remove();
            }
        }
    }

    /** Returns whether a snippet is a line magic, and nothing is done with its value. */
    private static boolean isLineMagic(String snippet) {
        return snippet.startsWith(
                SchedbookKernel.class.getName() + ".", CellLexer.firstToken(snippet));
    }

    /**
     * Returns whether this thread compiles a cell: what it writes then is the compiler's own, for
     * those who look after the compiler.
     */
    static boolean isCompiling() {
        return COMPILING.get() != null;
    }

    private static CellError compilerFailure(Error e) {
        return switch (e.toString()) {
            case String s when s.contains("StackOverflowError") ->
                    new CellError("The cell is nested too deeply for the compiler.")
                            .next("Split its longest expression into several.");
            case String s when s.contains("OutOfMemoryError") ->
                    new CellError("The compiler ran out of memory.")
                            .next("Split the cell, or set large variables to null.");
            case String s ->
                    new CellError("The compiler failed with " + s)
                            .next("Restart the kernel if other cells fail too.");
        };
    }

    @Override
    protected Object evalSingle(JShell shell, String code) {
        refuseWaiting(shell, code);
        List<SnippetEvent> events;
        long completed = execution.completed();
        try {
            events = shell.eval(code);
        } catch (IllegalStateException e) { // as JShell says that it is closed
            lost = true;
            throw sessionLost();
        }
        boolean ran = execution.completed() > completed;
        Object value = null;
        for (SnippetEvent event : events) {
            if (event.status() == Status.OVERWRITTEN) {
                continue;
            }
            if (event.causeSnippet() == null) {
                value = execution.value(event.value());
            }
            note(event);
        }
        execution.forget();
        for (SnippetEvent event : events) {
            if (event.causeSnippet() == null && event.status() != Status.OVERWRITTEN) {
                check(shell, event, ran);
            }
        }
        if (events.isEmpty()) {
            throw notRun(shell, code);
        }
        SubKind kind = events.getFirst().snippet().subKind();
        expression =
                kind == SubKind.VAR_VALUE_SUBKIND
                        || kind == SubKind.OTHER_EXPRESSION_SUBKIND
                        || kind == SubKind.TEMP_VAR_EXPRESSION_SUBKIND;
        // A magic may have no value, and neither has System.out.printf to those who call it; any
        // other expression of Java that has none is null.
        boolean stream = value instanceof CellStream;
        Object result = expression && !stream ? value : null;
        expression &= !stream && !isLineMagic(code);
        return result;
    }

    /**
     * Refuses what uses an enum or an interface that waits for others. They may have neither a
     * constructor nor a method, by which {@link UnresolvedFields} knows a class that does.
     */
    private static void refuseWaiting(JShell shell, String code) {
        shell.types()
                .filter(type -> shell.status(type) == Status.RECOVERABLE_DEFINED)
                .filter(
                        type ->
                                type.subKind() == SubKind.ENUM_SUBKIND
                                        || type.subKind() == SubKind.INTERFACE_SUBKIND)
                .filter(
                        type ->
                                Pattern.compile("\\b" + Pattern.quote(type.name()) + "\\s*\\.")
                                        .matcher(code)
                                        .find())
                .findFirst()
                .filter(
                        _ ->
                                shell.sourceCodeAnalysis().sourceToSnippets(code).stream()
                                        .anyMatch(snippet -> snippet.subKind().isExecutable()))
                .ifPresent(
                        type -> {
                            throw unresolved(shell, type);
                        });
    }

    private static JavaFailure unresolved(JShell shell, DeclarationSnippet snippet) {
        String what = waiting(shell, snippet);
        return new JavaFailure("UnresolvedReferenceException", what, List.of(what));
    }

    /** Throws unless a snippet has run, or is a declaration that at most waits for another. */
    private void check(JShell shell, SnippetEvent event, boolean ran) {
        Snippet snippet = event.snippet();
        if (event.exception() != null) {
            throw failure(shell, event.exception());
        }
        boolean waits = isUnresolved(shell, snippet);
        if (event.status() == Status.REJECTED) {
            throw new CompilationException(event);
        }
        if (!waits && event.status() != Status.VALID) {
            // JShell tries such a snippet again beside every later one, and fails all of them.
            shell.drop(snippet);
            renew(shell);
            throw new CompilationException(event);
        }
        if (!waits && snippet.subKind().isExecutable() && !ran) {
            throw notRun(shell, snippet.source());
        }
    }

    private RuntimeException notRun(JShell shell, String source) {
        renew(shell);
        return lost
                ? sessionLost()
                : new CellError(
                                "This was not run: "
                                        + source.strip().lines().findFirst().orElse(""))
                        .next("Run the cell again; if that fails too, restart the kernel.");
    }

    private static CellError sessionLost() {
        return new CellError(
                        "The Java session of this notebook is lost, and nothing that was declared"
                                + " is known any more.")
                .next("Restart the kernel and run the cells again.");
    }

    /** Has JShell make a compiler anew, which keeps all that is declared, and tries it. */
    private void renew(JShell shell) {
        try {
            // A change of the class path is what makes it do so; this one changes nothing.
            shell.addToClasspath(OURSELVES.toString());
            long completed = execution.completed();
            shell.eval("if (true) {}").forEach(event -> shell.drop(event.snippet()));
            lost = execution.completed() == completed;
        } catch (RuntimeException | Error e) {
            lost = true;
        }
    }

    private void note(SnippetEvent event) {
        Snippet snippet = event.snippet();
        if (event.causeSnippet() == null) {
            switch (snippet) {
                case VarSnippet variable -> consequences.resets.remove(variable.name());
                case ExpressionSnippet assigned
                        when assigned.subKind() == SubKind.ASSIGNMENT_SUBKIND ->
                        consequences.resets.remove(assigned.name());
                default -> {}
            }
        } else if (snippet instanceof VarSnippet variable
                && event.isSignatureChange()
                && event.previousStatus() == Status.VALID) {
            consequences.resets.put(
                    variable.name(),
                    new Consequences.Reset(
                            described(event.causeSnippet()), event.status() == Status.VALID));
        }
        if (snippet instanceof DeclarationSnippet declaration
                && isWaiting(event.status())
                && (event.causeSnippet() == null || !isWaiting(event.previousStatus()))) {
            consequences.unresolved.add(declaration);
        }
    }

    private static boolean isWaiting(Status status) {
        return status == Status.RECOVERABLE_DEFINED || status == Status.RECOVERABLE_NOT_DEFINED;
    }

    private static boolean isUnresolved(JShell shell, Snippet snippet) {
        return snippet instanceof DeclarationSnippet declaration
                && isWaiting(shell.status(snippet))
                && shell.unresolvedDependencies(declaration).findAny().isPresent();
    }

    /**
     * Returns whether what it uses is there and no longer what it was; variables are reset then.
     */
    private static boolean isSpoilt(JShell shell, DeclarationSnippet snippet) {
        return isWaiting(shell.status(snippet)) && !(snippet instanceof VarSnippet);
    }

    /** Returns what a declaration is called and what it waits for, in a sentence. */
    private static String waiting(JShell shell, DeclarationSnippet snippet) {
        List<String> missing = shell.unresolvedDependencies(snippet).distinct().toList();
        if (missing.isEmpty()) {
            // All that it uses is there, and one of them is no longer what it was.
            return shell.diagnostics(snippet)
                    .filter(Diag::isError)
                    .findFirst()
                    .map(error -> error.getMessage(Locale.ROOT).lines().findFirst().orElse(""))
                    .map(": %s"::formatted)
                    .map(
                            why ->
                                    "%s no longer compiles%s. Declare it anew to use it."
                                            .formatted(described(snippet), why))
                    .orElse(
                            "%s cannot be used now. Declare it anew."
                                    .formatted(described(snippet)));
        }
        return "%s is declared, and can be used once %s %s."
                .formatted(
                        described(snippet),
                        enumerated(missing),
                        missing.size() == 1 ? "is" : "are");
    }

    private static String described(Snippet snippet) {
        return switch (snippet) {
            case TypeDeclSnippet type ->
                    switch (type.subKind()) {
                                case INTERFACE_SUBKIND -> "interface ";
                                case ENUM_SUBKIND -> "enum ";
                                case RECORD_SUBKIND -> "record ";
                                case ANNOTATION_TYPE_SUBKIND -> "@interface ";
                                default -> "class ";
                            }
                            + type.name();
            case MethodSnippet method ->
                    "method " + method.name() + "(" + method.parameterTypes() + ")";
            case VarSnippet variable -> "variable " + variable.name();
            default -> snippet.source().strip();
        };
    }

    private static String enumerated(List<String> names) {
        return names.size() < 2
                ? String.join("", names)
                : String.join(", ", names.subList(0, names.size() - 1)) + " and " + names.getLast();
    }

    /**
     * Returns a sentence for each declaration that source uses and that the compiler does not know,
     * as it waits for others.
     */
    static List<String> waitingFor(JShell shell, String source) {
        Set<String> words = new HashSet<>(List.of(source.split("\\W+")));
        return Stream.<Stream<? extends DeclarationSnippet>>of(
                        shell.types(), shell.methods(), shell.variables())
                .flatMap(declarations -> declarations)
                .filter(snippet -> words.contains(snippet.name()))
                .filter(snippet -> shell.status(snippet) == Status.RECOVERABLE_NOT_DEFINED)
                .map(snippet -> waiting(shell, snippet))
                .toList();
    }

    private RuntimeException failure(JShell shell, JShellException exception) {
        Optional<CellExecution.Failed> ended = execution.takeFailed();
        Throwable thrown = ended.map(CellExecution.Failed::thrown).orElse(null);
        if (exception instanceof UnresolvedReferenceException unresolved) {
            return unresolved(shell, unresolved.getSnippet());
        }
        var failed = (EvalException) exception;
        if (failed.getExceptionClassName().equals(CellExecution.INTERRUPTED)) {
            return new EvaluationInterruptedException("");
        }
        return switch (thrown) {
            // Of source that a magic has evaluated within the snippet.
            case CellError e -> e;
            case JavaFailure e -> e;
            case CompilationException e -> e;
            case IncompleteSourceException e -> e;
            case EvaluationInterruptedException e -> e;
            case null, default -> {
                String message = message(failed);
                String type = typeOf(thrown, failed);
                List<String> trace =
                        Stream.concat(
                                        trace(type, failed),
                                        ended.stream().flatMap(CellEvaluator::suppressed))
                                .toList();
                yield type.startsWith(OURS)
                        ? new CellError(message).details(String.join("\n", trace))
                        : new JavaFailure(simpleName(type), message, trace);
            }
        };
    }

    /**
     * Returns the class of what a cell has thrown; of one without a name, that which it extends.
     */
    private static String typeOf(Throwable thrown, EvalException failed) {
        String name = failed.getExceptionClassName();
        if (thrown == null || !thrown.getClass().getName().equals(name)) {
            return name;
        }
        Class<?> type = thrown.getClass();
        while (type.isAnonymousClass()) {
            type = type.getSuperclass();
        }
        return type.getName();
    }

    /** Returns a class's own name, without its package and what JShell wraps it in. */
    static String simpleName(String className) {
        String local = className.substring(className.lastIndexOf('.') + 1);
        String last = local.substring(local.lastIndexOf('$') + 1);
        return last.isEmpty() || Character.isDigit(last.charAt(0)) ? local : last;
    }

    /** Returns a message without the names of the classes that JShell wraps snippets in. */
    private static String message(Throwable e) {
        return e.getMessage() == null ? "" : WRAPPER.matcher(e.getMessage()).replaceAll("");
    }

    /** Returns what was thrown, where and why, without the frames of the kernel. */
    static Stream<String> trace(Throwable e) {
        return trace(
                e instanceof EvalException eval
                        ? eval.getExceptionClassName()
                        : e.getClass().getName(),
                e);
    }

    private static Stream<String> trace(String className, Throwable e) {
        String type = className.replaceFirst("^REPL\\.\\$JShell\\$\\w+\\$", "");
        String head = e.getMessage() == null ? type : type + ": " + message(e);
        List<String> frames =
                Stream.of(e.getStackTrace())
                        .map(StackTraceElement::toString)
                        .filter(frame -> !KERNEL_FRAME.matcher(frame).matches())
                        .map(frame -> "    at " + frame)
                        .toList();
        int more = Math.max(0, frames.size() - MAX_FRAMES);
        Stream<String> own =
                Stream.of(
                                head.lines(),
                                frames.stream().limit(MAX_FRAMES),
                                Stream.of("    … %,d more".formatted(more))
                                        .filter(line -> more > 0))
                        .flatMap(lines -> lines);
        return e.getCause() == null ? own : Stream.concat(own, caused(trace(e.getCause())));
    }

    private static Stream<String> suppressed(CellExecution.Failed failed) {
        return failed.suppressed()
                .map(
                        each ->
                                "Suppressed: "
                                        + simpleName(each.causeExceptionClass())
                                        + (each.getMessage() == null ? "" : ": " + message(each)))
                .flatMap(String::lines);
    }

    private static Stream<String> caused(Stream<String> trace) {
        List<String> lines = trace.toList();
        return Stream.concat(Stream.of("Caused by: " + lines.getFirst()), lines.stream().skip(1));
    }
}
