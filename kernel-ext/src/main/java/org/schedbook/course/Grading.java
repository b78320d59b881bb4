package org.schedbook.course;

import java.util.Map;

/**
 * Whether cells are run for a mark, and not for a person who looks at them. Then no guest waits in
 * the background, nothing is kept beside the notebook, and a score is written as a number.
 */
public final class Grading {

    /** Says so, when it is not empty. */
    public static final String SWITCH = "SCHEDBOOK_GRADING";

    /** nbgrader's own: {@code autograde} or {@code validate}. */
    public static final String NBGRADER = "NBGRADER_EXECUTION";

    /** Returns whether an environment says so. */
    public static boolean isOn(Map<String, String> environment) {
        return !environment.getOrDefault(SWITCH, "").isEmpty()
                || !environment.getOrDefault(NBGRADER, "").isEmpty();
    }

    private Grading() {}
}
