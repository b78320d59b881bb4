package org.schedbook.view;

import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.schedbook.bench.BenchException;
import org.schedbook.compile.CompileException;
import org.schedbook.compile.CompileException.Problem;
import org.schedbook.compile.PolicySource;
import org.schedbook.compile.RefusedException;
import org.schedbook.jupyter.CellError;
import org.schedbook.jupyter.MagicCall;
import org.schedbook.llm.ModelException;
import org.schedbook.prompt.SourceGate;
import org.schedbook.session.BrokenPolicyException;
import org.schedbook.session.SessionException;
import org.schedbook.session.UnknownPolicyException;
import org.schedbook.store.StoreException;
import org.schedbook.target.TargetException;

/** Turns what the stages below report into what a person at a cell reads. */
public final class Errors {

    /** Returns what a person at a cell reads; empty if it is nothing that a stage below reports. */
    public static Optional<CellError> explain(Exception e) {
        return Optional.ofNullable(
                switch (e) {
                    case TargetException target ->
                            new CellError(target.getMessage())
                                    .next(target.nextStep())
                                    .details(target.detail());
                    case ModelException model ->
                            new CellError(model.getMessage())
                                    .next(model.nextStep())
                                    .details(model.partial());
                    case StoreException store ->
                            new CellError(store.getMessage()).next(store.nextStep());
                    case UnknownPolicyException unknown ->
                            new CellError(unknown.getMessage())
                                    .next(
                                            "Define it in a cell that starts with %%policy "
                                                    + (PolicySource.isValidName(unknown.name())
                                                            ? unknown.name()
                                                            : "NAME")
                                                    + ", or use one of: "
                                                    + String.join(", ", unknown.known())
                                                    + ".");
                    case BrokenPolicyException broken ->
                            new CellError(broken.getMessage())
                                    .next("Correct its cell and run it again.");
                    case SessionException session ->
                            new CellError(session.getMessage()).next(session.nextStep());
                    case BenchException bench ->
                            new CellError(bench.getMessage())
                                    .next(
                                            bench.soFar().hasFigures()
                                                    ? "What was measured before is kept: %plot"
                                                            + " shows it."
                                                    : "Correct what it says and run the cell again.");
                    default -> null;
                });
    }

    /** A source in the body of the cell that is no policy. */
    public static CellError of(CompileException e, String name, MagicCall call) {
        return of(e.problems(), name, failed(e), "%%policy", call);
    }

    /**
     * The problems of a source in the body of the cell.
     *
     * @param failed what it does or does not do, as in "it does not compile"
     * @param magic that of the cell, whose help shows an example
     */
    public static CellError of(
            List<Problem> problems, String name, String failed, String magic, MagicCall call) {
        var error =
                new CellError(name + " " + failed + ".").next("Correct the cell and run it again.");
        for (Problem problem : problems) {
            if (problem.line() == 0) {
                String why = problem.message().replaceFirst("\\.$", "");
                return new CellError(name + " is no policy yet. " + why + ".")
                        .next(
                                "Correct the cell and run it again; "
                                        + magic
                                        + "? shows an example.");
            }
            error.at(
                    call.mark(
                            problem.line(), problem.column(), problem.length(), problem.message()));
        }
        return error;
    }

    /** Returns what a source that is no policy does or does not do, as in "it does not compile". */
    public static String failed(CompileException e) {
        return e instanceof RefusedException
                ? SourceGate.CHECK.failed()
                : SourceGate.COMPILE.failed();
    }

    /** The problems of a source that is in another cell. */
    public static String text(List<Problem> problems) {
        return problems.stream()
                .map(
                        p ->
                                p.line() == 0
                                        ? p.message()
                                        : "line %d: %s\n    %s"
                                                .formatted(
                                                        p.line(),
                                                        p.message(),
                                                        p.sourceLine().strip()))
                .collect(Collectors.joining("\n"));
    }

    private Errors() {}
}
