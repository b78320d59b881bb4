package org.schedbook.compile;

import java.util.List;

/** A source that is no policy; says where in the source, for each problem found. */
public sealed class CompileException extends Exception permits RefusedException {

    private static final long serialVersionUID = 1L;

    /**
     * One problem.
     *
     * @param line line of the source, from 1; 0 if the problem is not at a place
     * @param column column in that line, from 1
     * @param length how many characters are at fault, at least 1
     * @param message the compiler's words
     * @param sourceLine the text of the line
     */
    public record Problem(int line, int column, int length, String message, String sourceLine) {

        /** Returns a problem that is not at a place. */
        public static Problem ofWhole(String message) {
            return new Problem(0, 0, 1, message, "");
        }

        /** Returns a problem of all that stands in a line. */
        public static Problem ofLine(int line, String sourceLine, String message) {
            int indent = sourceLine.length() - sourceLine.stripLeading().length();
            int length = Math.max(1, sourceLine.strip().length());
            return new Problem(line, indent + 1, length, message, sourceLine);
        }

        @Override
        public String toString() {
            return line == 0 ? message : "line %d, column %d: %s".formatted(line, column, message);
        }
    }

    private final transient List<Problem> problems;

    static CompileException ofWhole(String message) {
        return new CompileException(List.of(Problem.ofWhole(message)));
    }

    /** A source that is more than javac can do, or more than it may take for it. */
    static CompileException tooComplicated(String why) {
        return new CompileException(List.of(complicated(why)));
    }

    /** A source that a recursion does not come to the bottom of. */
    public static CompileException tooDeep() {
        return tooComplicated("it is nested too deeply");
    }

    static Problem complicated(String why) {
        return Problem.ofWhole(
                "This is too complicated to compile: %s. Write it in simpler parts".formatted(why));
    }

    CompileException(List<Problem> problems) {
        super(problems.getFirst().toString());
        this.problems = List.copyOf(problems);
    }

    /** Returns what is wrong, in order of the source; never empty. */
    public List<Problem> problems() {
        return problems;
    }
}
