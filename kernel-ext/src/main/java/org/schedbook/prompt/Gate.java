package org.schedbook.prompt;

import java.util.List;
import java.util.Locale;
import org.schedbook.compile.CompileException.Problem;

/**
 * What an answer has to pass to become a policy. The gates there are, and their order, are in
 * {@link Gates}; each has a text {@code repair-NAME.md} beside this class, which tells a model what
 * was wrong.
 */
public interface Gate {

    /**
     * What a gate found.
     *
     * @param detail a few words to an answer that passed; may be empty
     * @param problems what is wrong, in the coordinates of the source
     * @param passed whether it passed
     * @param behaviour the same for policies that did the same; empty where that is not known
     * @param skipped why the answer was not sent through; empty if it was
     */
    record Result(
            String detail,
            List<Problem> problems,
            boolean passed,
            String behaviour,
            String skipped) {

        static Result passed(String detail, String behaviour) {
            return new Result(detail, List.of(), true, behaviour, "");
        }

        static Result failed(List<Problem> problems) {
            return new Result("", problems, false, "", "");
        }

        static Result skipped(String why) {
            return new Result("", List.of(), true, "", why);
        }
    }

    /** Returns what the store has of it: a word in capitals. */
    String name();

    /** Returns what can be said of an answer that passed, as in "it compiles". */
    String passed();

    /** Returns what can be said of an answer that did not, as in "it does not compile". */
    String failed();

    /** Returns what is said while it takes its time; empty if it takes none. */
    default String tries() {
        return "";
    }

    /** Returns what is said if it was left out, as in "not tried in a guest". */
    default String skipped() {
        return "left out";
    }

    /** Returns whether an answer that was cut off fails for that reason. */
    default boolean wantsAllOfTheAnswer() {
        return false;
    }

    /** Returns the name of the text that tells a model what was wrong. */
    default String repairText() {
        return Gates.repairText(name().toLowerCase(Locale.ROOT));
    }

    /** Sends an answer through, which has passed the gates before this one. */
    Result run(Draft draft) throws InterruptedException;
}
