package org.schedbook.jupyter;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.logging.Level;
import java.util.logging.Logger;
import java.util.stream.Stream;
import jdk.jshell.JShell;
import org.dflib.jjava.jupyter.channels.ShellReplyEnvironment;
import org.dflib.jjava.jupyter.kernel.KernelConnectionProperties;
import org.dflib.jjava.jupyter.kernel.ReplacementOptions;
import org.dflib.jjava.jupyter.kernel.display.DisplayData;
import org.dflib.jjava.jupyter.kernel.magic.MagicsResolver;
import org.dflib.jjava.jupyter.kernel.util.PathsHandler;
import org.dflib.jjava.jupyter.messages.Header;
import org.dflib.jjava.jupyter.messages.Message;
import org.dflib.jjava.jupyter.messages.publish.PublishClearOutput;
import org.dflib.jjava.jupyter.messages.publish.PublishExecuteInput;
import org.dflib.jjava.jupyter.messages.publish.PublishExecuteResult;
import org.dflib.jjava.jupyter.messages.publish.PublishStream.StreamType;
import org.dflib.jjava.jupyter.messages.reply.CompleteReply;
import org.dflib.jjava.jupyter.messages.reply.ErrorReply;
import org.dflib.jjava.jupyter.messages.reply.InspectReply;
import org.dflib.jjava.jupyter.messages.reply.KernelInfoReply;
import org.dflib.jjava.jupyter.messages.request.CompleteRequest;
import org.dflib.jjava.jupyter.messages.request.ExecuteRequest;
import org.dflib.jjava.jupyter.messages.request.HistoryRequest;
import org.dflib.jjava.jupyter.messages.request.InspectRequest;
import org.dflib.jjava.jupyter.messages.request.KernelInfoRequest;
import org.dflib.jjava.jupyter.messages.request.ShutdownRequest;
import org.dflib.jjava.kernel.JavaKernel;
import org.dflib.jjava.kernel.execution.CompilationException;
import org.dflib.jjava.kernel.execution.EvaluationInterruptedException;
import org.dflib.jjava.kernel.execution.IncompleteSourceException;

/**
 * The notebook kernel: JJava's, with what JJava lacks. A magic may offer the next cell (a {@code
 * set_next_input} payload); Tab completes the options and values of magics; after an error the
 * cells already queued are aborted, as IPython does; an interrupt reaches what a magic waits for;
 * and the process ends when its parent does. A cell magic's body never passes through JShell, which
 * loses the session over a literal of 64 KiB.
 *
 * <p>Of JJava's environment it honours {@code JJAVA_CLASSPATH}, {@code JJAVA_COMPILER_OPTS}, {@code
 * JJAVA_STARTUP_SCRIPTS_PATH} and {@code JJAVA_STARTUP_SCRIPT}.
 */
public final class SchedbookKernel extends JavaKernel {

    /**
     * What cells may name without importing it: Schedbook's verbs and what they take. By package,
     * so that a class of the person's own goes before one of these.
     */
    private static final String IMPORTS =
            """
            import org.schedbook.Schedbook;
            import org.schedbook.bench.*;
            import org.schedbook.target.sim.*;
            import java.time.*;
            """;

    /**
     * What a line magic may be long, so that it stays well below the 65,535 bytes of a constant.
     */
    private static final int MAX_LINE_LENGTH = 20_000;

    /** Magics of JJava's that take Java. */
    private static final Set<String> TAKE_JAVA = Set.of("time");

    private final Magics magics = new Magics(new KernelFrontend(this), magicsRegistry);
    private final Map<Integer, CellSource> pending = new ConcurrentHashMap<>();
    private final AtomicInteger pendingId = new AtomicInteger();
    private final MagicsResolver resolver = new Resolver();
    private final CellHistory history = new CellHistory();
    private final CellOutput output = new CellOutput(System.out);
    private final PrintStream out = new CellStream(output, StreamType.OUT);
    private final PrintStream err = new CellStream(output, StreamType.ERR);
    private final CellIo cellIo;
    private final CellEvaluator evaluator;
    private final JavaAssistant java;
    private volatile CellReply reply;

    SchedbookKernel(SchedbookKernelBuilder parts) {
        super(
                parts.name,
                parts.version,
                parts.languageInfo,
                parts.helpLinks,
                null,
                parts.io,
                parts.comms,
                parts.renderer,
                null,
                parts.registry,
                true,
                parts.styler,
                parts.shell,
                parts.evaluator);
        cellIo = parts.io;
        evaluator = parts.evaluator;
        java = new JavaAssistant(parts.shell, parts.options, evaluator.execution());
        takeStreams();
    }

    /**
     * Has Java write to the notebook.
     *
     * @return what led elsewhere
     */
    private List<String> takeStreams() {
        var taken = new ArrayList<String>();
        if (System.out != out) {
            System.setOut(out);
            taken.add("System.out");
        }
        if (System.err != err) {
            System.setErr(err);
            taken.add("System.err");
        }
        if (System.in != cellIo.in) {
            System.setIn(cellIo.in);
            taken.add("System.in");
        }
        return taken;
    }

    /** Starts the kernel on the connection file Jupyter has written. */
    public static void main(String[] args) throws IOException, GeneralSecurityException {
        if (args.length != 1 || !Files.isRegularFile(Path.of(args[0]))) {
            System.err.println(
                    "Jupyter starts this program, with a connection file as its argument.");
            System.exit(2);
        }
        Logger.getLogger("").setLevel(Level.WARNING);
        ParentWatch.start();
        var connection =
                new SchedbookConnection(
                        KernelConnectionProperties.parse(Files.readString(Path.of(args[0]))));
        SchedbookKernel kernel = new SchedbookKernelBuilder().build();
        kernel.onStartup();
        kernel.addToClasspath(System.getenv("JJAVA_CLASSPATH"));
        kernel.evalBuilder(IMPORTS).eval();
        kernel.runStartupScripts();
        kernel.becomeHandlerForConnection(connection);
        connection.connect();
        connection.waitUntilClose();
        // JShell's threads, or a magic that would not end, must not keep the process.
        System.exit(0);
    }

    private void runStartupScripts() throws IOException {
        String paths = System.getenv("JJAVA_STARTUP_SCRIPTS_PATH");
        if (paths != null && !paths.isBlank()) {
            for (Path script : PathsHandler.splitAndResolveGlobs(paths)) {
                evalBuilder(Files.readString(script)).resolveMagics().eval();
            }
        }
        String snippet = System.getenv("JJAVA_STARTUP_SCRIPT");
        if (snippet != null) {
            evalBuilder(snippet).resolveMagics().eval();
        }
    }

    Magics magics() {
        return magics;
    }

    /** Removes what the running cell has shown so far. */
    public static void clearOutput() {
        CellReply now = notebook().reply;
        if (now != null) {
            now.publish(PublishClearOutput.NOW);
        }
    }

    /**
     * Shows text in the front end's pager when the cell is done: beside the notebook, and not kept
     * in it.
     */
    public static void page(String text) {
        CellReply now = notebook().reply;
        if (now != null) {
            now.page(text);
        }
    }

    /** Offers source as the cell after the one that is running. */
    void setNextInput(String source) {
        CellReply now = reply;
        if (now != null) {
            now.setNextInput(source);
        }
    }

    @Override
    public String getBanner() {
        return "Schedbook %s · Java %s · JJava kernel, protocol %s"
                .formatted(getVersion(), Runtime.version().feature(), Header.PROTOCOL_VERISON);
    }

    // Magics: a cell becomes Java that calls back here.

    @Override
    public MagicsResolver getMagicsResolver() {
        return resolver;
    }

    private final class Resolver extends MagicsResolver {

        Resolver() {
            super("%", "%%", null);
        }

        @Override
        public String resolve(String source) {
            CellSource cell = CellSource.of(source);
            if (cell.magic() == null) {
                return CellSource.replaceLineMagics(source, this::lineCall);
            }
            int id = pendingId.incrementAndGet();
            pending.put(id, cell);
            return "%s.runCellMagic(%d);".formatted(SchedbookKernel.class.getName(), id);
        }

        private String lineCall(CellLexer.Found found, String magic) {
            if (magic.length() > MAX_LINE_LENGTH) {
                throw new UsageError(
                                "The magic on line %d is longer than %,d characters."
                                        .formatted(found.line(), MAX_LINE_LENGTH))
                        .next("Put the text into the body of a cell magic.");
            }
            MagicLine parsed = MagicLine.parse(magic);
            CellSource.Expression value =
                    TAKE_JAVA.contains(parsed.name())
                            ? new CellSource.Expression(CellSource.literal(magic), List.of())
                            : CellSource.expression(
                                    magic,
                                    name -> found.declared().contains(name) || isVariable(name));
            return value.unknown().stream()
                    .filter(unknown -> !magics.takesBraces(parsed, unknown.at()))
                    .findFirst()
                    .map(
                            unknown ->
                                    "%s.%snoVariable(%d, %s, \"%s\", %d);"
                                            .formatted(
                                                    SchedbookKernel.class.getName(),
                                                    witness(parsed),
                                                    found.line(),
                                                    value.java(),
                                                    unknown.name(),
                                                    unknown.at()))
                    .orElseGet(
                            () ->
                                    "%s.%s%s(%d, %s);"
                                            .formatted(
                                                    SchedbookKernel.class.getName(),
                                                    witness(parsed),
                                                    found.inner()
                                                            ? "showLineMagic"
                                                            : "runLineMagic",
                                                    found.line(),
                                                    value.java()));
        }
    }

    private boolean isVariable(String name) {
        JShell shell = getJShell();
        return shell.variables()
                .anyMatch(
                        variable ->
                                variable.name().equals(name) && shell.status(variable).isDefined());
    }

    /** Returns a type witness, by which {@code var r = %bench …} has the type of its value. */
    private String witness(MagicLine magic) {
        return magics.valueType(magic).map(type -> "<" + type.getCanonicalName() + ">").orElse("");
    }

    /**
     * Runs a line magic; cells call this where they have a line that starts with {@code %}.
     *
     * @param line the line of the cell, from 1
     * @param text the magic as typed
     */
    @SuppressWarnings("unchecked") // as in JJava, the assignment in the cell decides
    public static <T> T runLineMagic(int line, String text) {
        return (T) notebook().run(MagicLine.parse(text), line, null);
    }

    /** Runs a line magic within another statement, where JShell does not see its value. */
    public static <T> T showLineMagic(int line, String text) {
        T value = runLineMagic(line, text);
        if (value != null) {
            show(value);
        }
        return value;
    }

    /** Refuses a line magic that has a name in braces which no variable has; cells call this. */
    public static <T> T noVariable(int line, String text, String name, int at) {
        throw notebook().magics.noVariable(MagicLine.parse(text), line, name, at);
    }

    /** Runs the cell magic of a cell that {@code id} was given to. */
    @SuppressWarnings("unchecked")
    public static <T> T runCellMagic(int id) {
        SchedbookKernel kernel = notebook();
        CellSource cell = kernel.pending.remove(id);
        return (T) kernel.run(MagicLine.parse(cell.magic()), cell.line(), cell.body());
    }

    private static SchedbookKernel notebook() {
        return (SchedbookKernel) notebookKernel();
    }

    private Object run(MagicLine line, int cellLine, String body) {
        if (magics.has(line)) {
            return magics.run(line, cellLine, body);
        }
        String name = line.name();
        boolean known =
                body == null
                        ? magicsRegistry.getLineMagicNames().contains(name)
                        : magicsRegistry.getCellMagicNames().contains(name);
        if (!known) {
            throw magics.unknown(line, cellLine, Magics.names(magicsRegistry));
        }
        boolean takesJava = body == null && TAKE_JAVA.contains(name);
        List<String> args = takesJava ? List.of(line.rest()) : line.values();
        try {
            return body == null
                    ? magicsRegistry.evalLineMagic(this, name, args)
                    : magicsRegistry.evalCellMagic(this, name, args, body);
        } catch (CellError
                | JavaFailure
                | CompilationException
                | IncompleteSourceException
                | EvaluationInterruptedException e) {
            throw e;
        } catch (Exception e) { // whatever JJava's own let through
            throw new CellError("%s%s failed: %s".formatted(line.prefix(), name, e))
                    .next("Check what stands behind it.");
        }
    }

    // Execution and its errors.

    @Override
    protected synchronized void handleExecuteRequest(
            ShellReplyEnvironment env, Message<ExecuteRequest> message) {
        ExecuteRequest request = message.getContent();
        boolean stored = request.shouldStoreHistory() && !request.isSilent();
        boolean counted = stored && !request.getCode().isBlank();
        CellReply cell = (CellReply) env;
        commManager.setMessageContext(message);
        cell.setBusyDeferIdle();
        cell.ofCell(output, request.isSilent());
        output.moveTo(cell);
        cellIo.moveTo(cell, request.isStdinEnabled());
        reply = cell;
        int count = executionCount.get();
        if (counted) {
            history.add(count, request.getCode());
            executionCount.incrementAndGet();
        }
        cell.publish(new PublishExecuteInput(request.getCode(), count));
        int replyCount = counted ? count : count - 1;
        try {
            DisplayData result = result(request.getCode());
            if (result != null) {
                cell.publish(new PublishExecuteResult(count, result));
            }
            cell.done(replyCount, values(request.getUserExpr()));
        } catch (Exception e) {
            if (e instanceof CellError error
                    && !(e instanceof Interrupted)
                    && !magics.wasShown(error)) {
                magics.show(error);
            }
            List<CellError.Mark> marks =
                    e instanceof CompilationException compilation
                            ? evaluator.marks(getJShell(), compilation, request.getCode())
                            : List.of();
            cell.failed(replyCount, nameOf(e), messageOf(e), formatError(e), marks);
        }
        pending.clear();
        if (cell.failed() && request.shouldStopOnError()) {
            cell.abortQueued();
        }
    }

    private DisplayData result(String source) {
        evaluator.takeConsequences();
        Object value;
        try {
            value = evalBuilder(source).resolveMagics().eval();
        } finally {
            var consequences = new ArrayList<>(evaluator.takeConsequences().sentences(getJShell()));
            // Or the cells after it would seem to write nothing.
            takeStreams()
                    .forEach(
                            name ->
                                    consequences.add(
                                            name
                                                    + " was set to another stream, and is the"
                                                    + " notebook's again."));
            if (!consequences.isEmpty()) {
                display(new Note(consequences).bundle());
            }
        }
        if (value == null) {
            return evaluator.endedInExpression() ? new DisplayData("null") : null;
        }
        return rendered(value);
    }

    private DisplayData rendered(Object value) {
        try {
            return value instanceof DisplayData data ? data : evaluator.rendered(renderer, value);
        } catch (EvaluationInterruptedException e) {
            throw interrupted();
        }
    }

    /** Shows a value under the cell that runs. */
    static void show(Object value) {
        SchedbookKernel kernel = notebook();
        kernel.display(kernel.rendered(value));
    }

    /** Returns the values, or the errors, of what a front end wants to know beside a cell. */
    private Map<String, Object> values(Map<String, String> expressions) {
        var values = new LinkedHashMap<String, Object>();
        if (expressions != null) {
            expressions.forEach((name, expression) -> values.put(name, value(expression)));
        }
        return values;
    }

    private Object value(String expression) {
        try {
            DisplayData value = result(expression);
            return new ExpressionValue(value == null ? new DisplayData("") : value);
        } catch (Exception e) {
            return Map.of(
                    "status", "error",
                    "ename", Plain.of(nameOf(e)),
                    "evalue", Plain.of(messageOf(e)),
                    "traceback", formatError(e));
        }
    }

    /** A value as the protocol has it among those of expressions. */
    private static final class ExpressionValue extends DisplayData {

        @SuppressWarnings("unused") // written as JSON
        private final String status = "ok";

        ExpressionValue(DisplayData value) {
            super(value);
        }
    }

    @Override
    protected Object doEval(String source) {
        try {
            return super.doEval(source);
        } catch (EvaluationInterruptedException e) {
            throw interrupted();
        } catch (Error e) {
            // An Error of javac's, say, would end the thread that serves the notebook.
            throw new IllegalStateException(e.toString(), e);
        }
    }

    private CellError interrupted() {
        return magics.abandoned()
                .map(
                        call ->
                                new Interrupted(
                                        call.name()
                                                + " was interrupted but has not ended: it goes on in"
                                                + " the background. Restart the kernel to end it."))
                .orElseGet(() -> new Interrupted("The cell was interrupted."));
    }

    private static String nameOf(Exception e) {
        return e instanceof JavaFailure java ? java.name() : e.getClass().getSimpleName();
    }

    private String messageOf(Exception e) {
        return switch (e) {
            case CompilationException compilation ->
                    diagnostics(compilation).findFirst().orElse("");
            case CellError error -> error.getMessage();
            default -> e.getMessage() == null ? "" : e.getMessage();
        };
    }

    private Stream<String> diagnostics(CompilationException e) {
        return getJShell()
                .diagnostics(e.getBadSnippetCompilation().snippet())
                .map(diagnostic -> diagnostic.getMessage(null).lines().findFirst().orElse(""));
    }

    @Override
    protected List<String> formatError(Throwable e) {
        return new Traceback(errorStyler, getJShell(), magicsRegistry).of(e);
    }

    @Override
    protected void handleHistoryRequest(
            ShellReplyEnvironment env, Message<HistoryRequest> message) {
        env.setBusyDeferIdle();
        ((CellReply) env).replyHistory(history.answer(message.getContent()));
    }

    @Override
    public void interrupt() {
        try {
            if (magics.interrupt() && magics.abandoned().isEmpty()) {
                return;
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        super.interrupt();
    }

    // What the front end asks besides.

    // Places are code points in the protocol and characters of Java here.

    @Override
    protected void handleCompleteRequest(
            ShellReplyEnvironment env, Message<CompleteRequest> message) {
        CompleteRequest request = message.getContent();
        env.setBusyDeferIdle();
        try {
            String code = request.getCode();
            int at = code.offsetByCodePoints(0, request.getCursorPos());
            ReplacementOptions options = complete(code, at);
            if (options == null) {
                options = new ReplacementOptions(List.of(), at, at);
            }
            env.reply(
                    new CompleteReply(
                            options.getReplacements(),
                            code.codePointCount(0, options.getSourceStart()),
                            code.codePointCount(0, options.getSourceEnd()),
                            Map.of()));
        } catch (RuntimeException e) {
            env.replyError(CompleteReply.MESSAGE_TYPE.error(), ErrorReply.of(e));
        }
    }

    @Override
    protected void handleInspectRequest(
            ShellReplyEnvironment env, Message<InspectRequest> message) {
        InspectRequest request = message.getContent();
        env.setBusyDeferIdle();
        try {
            String code = request.getCode();
            DisplayData found =
                    inspect(
                            code,
                            code.offsetByCodePoints(0, request.getCursorPos()),
                            request.getDetailLevel() > 0);
            env.reply(new InspectReply(found != null, DisplayData.emptyIfNull(found)));
        } catch (RuntimeException e) {
            env.replyError(InspectReply.MESSAGE_TYPE.error(), ErrorReply.of(e));
        }
    }

    @Override
    public ReplacementOptions complete(String code, int at) {
        CellSource cell = CellSource.of(code);
        if (cell.magic() != null && at >= cell.bodyStart() && !cell.body().isEmpty()) {
            return completeBody(cell, at);
        }
        CellLexer.Found found = CellSource.magicAt(code, at);
        if (found == null) {
            return java.complete(code, at);
        }
        String magic = code.substring(found.start(), at);
        if (magic.chars().noneMatch(c -> CellLexer.isBlank((char) c))) {
            return new ReplacementOptions(
                    Magics.names(magicsRegistry).stream()
                            .filter(name -> name.startsWith(magic))
                            .sorted()
                            .toList(),
                    found.start(),
                    at);
        }
        Magics.Completion completion = magics.complete(magic);
        return completion == null
                ? null
                : new ReplacementOptions(
                        completion.values(), found.start() + completion.start(), at);
    }

    private ReplacementOptions completeBody(CellSource cell, int at) {
        int start = cell.bodyStart();
        Optional<? extends Magic> magic = magics.magic(MagicLine.parse(cell.magic()));
        if (magic.isPresent()) {
            Magics.Completion completion = magic.get().completeBody(cell.body(), at - start);
            return completion == null
                    ? null
                    : new ReplacementOptions(completion.values(), start + completion.start(), at);
        }
        // JJava's own cell magics have Java below them.
        ReplacementOptions found = java.complete(cell.body(), at - start);
        return new ReplacementOptions(
                found.getReplacements(),
                found.getSourceStart() + start,
                found.getSourceEnd() + start);
    }

    @Override
    public DisplayData inspect(String code, int at, boolean extraDetail) {
        CellSource cell = CellSource.of(code);
        if (cell.magic() != null && at >= cell.bodyStart() && !cell.body().isEmpty()) {
            return inspectBody(cell, at - cell.bodyStart(), extraDetail);
        }
        CellLexer.Found found = CellSource.magicAt(code, at);
        if (found == null) {
            return java.inspect(code, at, extraDetail);
        }
        return magics.help(MagicLine.parse(code.substring(found.start(), found.end())))
                .map(SchedbookKernel::explanation)
                .orElse(null);
    }

    private DisplayData inspectBody(CellSource cell, int at, boolean extraDetail) {
        Optional<? extends Magic> magic = magics.magic(MagicLine.parse(cell.magic()));
        if (magic.isEmpty()) {
            return java.inspect(cell.body(), at, extraDetail);
        }
        String text = magic.get().explainBody(cell.body(), at);
        return text == null ? null : explanation(text);
    }

    private static DisplayData explanation(String text) {
        var data = new DisplayData(text);
        data.putHTML(Html.pre(text));
        return data;
    }

    @Override
    public String isComplete(String code) {
        if (CellSource.of(code).magic() != null) {
            return code.endsWith("\n") ? IS_COMPLETE_YES : "";
        }
        try {
            return java.isComplete(CellSource.replaceLineMagics(code, (found, magic) -> ";"));
        } catch (UsageError e) {
            return IS_COMPLETE_YES; // and running it says what is wrong
        }
    }

    @Override
    protected void handleKernelInfoRequest(
            ShellReplyEnvironment env, Message<KernelInfoRequest> message) {
        ((CellReply) env).handleQueued();
        env.setBusyDeferIdle();
        env.reply(new KernelInfo(this));
    }

    /** JJava's reply, and the status that the protocol asks of every reply. */
    private static final class KernelInfo extends KernelInfoReply {

        @SuppressWarnings("unused") // written as JSON
        private final String status = "ok";

        KernelInfo(SchedbookKernel kernel) {
            super(
                    Header.PROTOCOL_VERISON,
                    kernel.getName(),
                    kernel.getVersion(),
                    kernel.getLanguageInfo(),
                    kernel.getBanner(),
                    kernel.getHelpLinks());
        }
    }

    @Override
    protected void handleShutdownRequest(
            ShellReplyEnvironment env, Message<ShutdownRequest> message) {
        // A running cell would keep the connection from closing.
        ParentWatch.exitWithin(Duration.ofSeconds(2));
        super.handleShutdownRequest(env, message);
    }
}
