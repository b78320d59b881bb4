package org.schedbook.view;

import java.util.List;
import java.util.stream.Collectors;
import org.schedbook.compile.CompileException;
import org.schedbook.compile.CompileException.Problem;
import org.schedbook.compile.RefusedException;
import org.schedbook.jupyter.CellError;
import org.schedbook.jupyter.MagicCall;
import org.schedbook.llm.ModelException;
import org.schedbook.prompt.Gate;
import org.schedbook.store.StoreException;
import org.schedbook.target.TargetException;

/** Turns what the stages below report into what a person at a cell reads. */
public final class Errors {

    /** A target that could not do what was asked. */
    public static CellError of(TargetException e) {
        return new CellError(e.getMessage()).next(e.nextStep()).details(e.detail());
    }

    /** A model that did not answer. */
    public static CellError of(ModelException e) {
        return new CellError(e.getMessage()).next(e.nextStep()).details(e.partial());
    }

    /** A store that can not be used. */
    public static CellError of(StoreException e) {
        return new CellError(e.getMessage()).next(e.nextStep());
    }

    /** A source in the body of the cell that is no policy. */
    public static CellError of(CompileException e, String name, MagicCall call) {
        String what = e instanceof RefusedException ? Gate.CHECK.failed() : Gate.COMPILE.failed();
        var error =
                new CellError(name + " " + what + ".").next("Correct the cell and run it again.");
        for (Problem problem : e.problems()) {
            if (problem.line() == 0) {
                return new CellError(name + " is no policy yet. " + problem.message() + ".")
                        .next("Correct the cell and run it again; %%policy? shows an example.");
            }
            error.at(
                    call.mark(
                            problem.line(), problem.column(), problem.length(), problem.message()));
        }
        return error;
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
