package org.schedbook.check;

/**
 * Whether a schedule keeps a promise.
 *
 * @param verdict what came out
 * @param why what was expected and what was seen, a sentence
 * @param atNs where in the schedule it was first broken, {@link #NOWHERE} if it was not
 * @param hint what to look at if it was broken; may be empty
 */
public record Judgement(Verdict verdict, String why, long atNs, String hint) {

    /** There is no place to look at. */
    public static final long NOWHERE = -1;

    /** What can come out. */
    public enum Verdict {
        KEPT("✓"),
        BROKEN("✗"),
        /** The load does not put it to the test, or the schedule does not tell. */
        CANNOT_BE_JUDGED("–");

        private final String mark;

        Verdict(String mark) {
            this.mark = mark;
        }

        /** Returns a character that stands for it. */
        public String mark() {
            return mark;
        }
    }

    static Judgement kept(String why) {
        return new Judgement(Verdict.KEPT, why, NOWHERE, "");
    }

    static Judgement broken(String why, long atNs, String hint) {
        return new Judgement(Verdict.BROKEN, why, atNs, hint);
    }

    static Judgement cannotBeJudged(String why) {
        return new Judgement(Verdict.CANNOT_BE_JUDGED, why, NOWHERE, "");
    }
}
