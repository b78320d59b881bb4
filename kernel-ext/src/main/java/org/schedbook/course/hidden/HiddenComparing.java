package org.schedbook.course.hidden;

import java.util.Map;
import java.util.Set;
import org.schedbook.course.Answers;
import org.schedbook.course.HiddenTests;
import org.schedbook.course.Part;

/** The hidden tests of lab 3. */
public final class HiddenComparing implements HiddenTests {

    @Override
    public String lab() {
        return "lab3";
    }

    @Override
    public Map<String, Part.Tests> tests() {
        return Map.of(
                "median-a",
                        number(1, 11.9, 0.05, "Sort the nine runs of A: the fifth is the median."),
                "median-b",
                        number(1, 10.7, 0.05, "Sort the nine runs of B: the fifth is the median."),
                "ratio", number(1, 10.7 / 11.9, 0.01, "The median of B, divided by that of A."),
                "misleading-pairs",
                        number(
                                2,
                                100 * 18 / 81.0,
                                1,
                                "Compare each of nine with each of nine: in how many of the 81 is A the quicker one?"),
                "verdict",
                        word(
                                2,
                                Set.of("better"),
                                "The interval of the ratio lies below 1 altogether."),
                "twins",
                        word(
                                1,
                                Set.of("cannot-tell"),
                                "There is no difference to be found between a policy and itself."));
    }

    private static Part.Tests number(double points, double right, double off, String hint) {
        return (submitted, tests) ->
                tests.test(
                        "the number",
                        points,
                        () -> Answers.expect(submitted.answer(), right, off, hint));
    }

    private static Part.Tests word(double points, Set<String> right, String hint) {
        return (submitted, tests) ->
                tests.test(
                        "the word", points, () -> Answers.expect(submitted.answer(), right, hint));
    }
}
