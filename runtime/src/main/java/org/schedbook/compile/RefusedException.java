package org.schedbook.compile;

import java.util.List;

/** A policy that compiles and does what no policy may do. */
public final class RefusedException extends CompileException {

    private static final long serialVersionUID = 1L;

    RefusedException(List<Problem> problems) {
        super(problems);
    }
}
