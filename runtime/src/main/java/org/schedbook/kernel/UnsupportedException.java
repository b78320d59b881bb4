package org.schedbook.kernel;

import java.util.List;
import org.schedbook.compile.CompileException.Problem;

/** A policy uses what cannot be translated; says where, and what to write instead. */
public final class UnsupportedException extends Exception {

    private static final long serialVersionUID = 1L;

    private final transient List<Problem> problems;

    UnsupportedException(List<Problem> problems) {
        super(problems.getFirst().toString());
        this.problems = List.copyOf(problems);
    }

    /** Returns what cannot be translated, in order of the source; never empty. */
    public List<Problem> problems() {
        return problems;
    }
}
