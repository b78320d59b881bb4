package org.schedbook.course;

import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import org.schedbook.check.Failure;
import org.schedbook.check.Points;

/**
 * What a submission gets for the parts of a lab.
 *
 * @param lab the lab
 * @param parts in the order of the lab's
 */
public record Marks(Lab lab, List<OfPart> parts) {

    /**
     * What it gets for one part.
     *
     * @param problem why nothing could be tested, empty if something was
     * @param open the tests that everybody may see, as far as they were run
     * @param hidden the hidden tests; of one that failed only its hint is to be shown
     * @param complete whether the hidden tests were there, if the part has any
     */
    public record OfPart(
            Part part,
            String problem,
            List<Points.Test> open,
            List<Points.Test> hidden,
            boolean complete) {

        /** Returns the points, from 0 to the part's maximum. */
        public double points() {
            return Math.clamp(sum(open), 0, part.open())
                    + Math.clamp(sum(hidden), 0, part.hidden());
        }

        private static double sum(List<Points.Test> tests) {
            return tests.stream()
                    .filter(Points.Test::passed)
                    .mapToDouble(Points.Test::points)
                    .sum();
        }

        /** Returns the most that the tests that were there could give. */
        public double max() {
            return complete ? part.max() : part.open();
        }

        /**
         * Returns the points that it would get if hidden tests that are not there went as the
         * others.
         */
        double extrapolated() {
            if (max() == 0) {
                return problem.isEmpty() ? part.max() : 0;
            }
            return points() * part.max() / max();
        }

        /** Returns whether all tests passed that were there. */
        public boolean passed() {
            return problem.isEmpty() && points() >= max();
        }

        /** Returns the same with nothing of hidden tests but what may be said of them. */
        public OfPart withoutSecrets() {
            return new OfPart(
                    part, problem, open, hidden.stream().map(OfPart::bare).toList(), complete);
        }

        private static Points.Test bare(Points.Test test) {
            return new Points.Test(
                    "", test.points(), test.outcome(), "", Failure.hinting(hint(test)));
        }

        private static String hint(Points.Test test) {
            return test.failure() == null ? "" : LINE.matcher(test.failure().hint()).replaceAll("");
        }

        /** Returns what may be said of the hidden tests that failed: their hints, each once. */
        public List<String> hints() {
            return hidden.stream()
                    .filter(test -> test.outcome() == Points.Outcome.FAILED)
                    .map(OfPart::hint)
                    .filter(hint -> !hint.isEmpty())
                    .distinct()
                    .toList();
        }
    }

    /** A policy chooses in which line it fails, and could tell by it what a hidden load is like. */
    private static final Pattern LINE = Pattern.compile(", in line \\d+|line \\d+, in ");

    public Marks {
        parts = List.copyOf(parts);
    }

    public double points() {
        return parts.stream().mapToDouble(OfPart::points).sum();
    }

    public double max() {
        return parts.stream().mapToDouble(OfPart::max).sum();
    }

    /**
     * Returns the points as a grader reads them. Where there are no hidden tests, as on a student's
     * machine, they are taken to go as the others do.
     */
    public String score() {
        return number(parts.stream().mapToDouble(OfPart::extrapolated).sum());
    }

    /** Returns points as a grader reads them: with a decimal point, never NaN, never below 0. */
    public static String number(double points) {
        return String.format(Locale.ROOT, "%.4f", Math.max(0, points))
                .replaceAll("(\\.\\d+?)0+$", "$1");
    }
}
