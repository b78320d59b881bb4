package org.schedbook.check;

/**
 * Whether a schedule keeps a promise.
 *
 * @param verdict what came out
 * @param why what was expected and what was seen, a sentence
 */
public record Judgement(Verdict verdict, String why) {

    /** What can come out. */
    public enum Verdict {
        KEPT,
        BROKEN,
        /** The load does not put it to the test, or the schedule does not tell. */
        CANNOT_BE_JUDGED
    }

    static Judgement kept(String why) {
        return new Judgement(Verdict.KEPT, why);
    }

    static Judgement broken(String why) {
        return new Judgement(Verdict.BROKEN, why);
    }

    static Judgement cannotBeJudged(String why) {
        return new Judgement(Verdict.CANNOT_BE_JUDGED, why);
    }
}
