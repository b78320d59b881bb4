package org.schedbook.kernel;

import java.util.List;
import org.schedbook.compile.CompileException.Problem;

/** A policy in C that does not compile, or says what it may not; says where. */
public final class HandWrittenException extends Exception {

    private static final long serialVersionUID = 1L;

    private final transient List<Problem> problems;

    HandWrittenException(List<Problem> problems) {
        super(problems.getFirst().toString());
        this.problems = List.copyOf(problems);
    }

    /** Returns what is wrong, in order of the text; never empty. */
    public List<Problem> problems() {
        return problems;
    }
}
