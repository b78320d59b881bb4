package org.schedbook.check;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.schedbook.target.sim.SimulatorEndedException;

/**
 * Tests that give points. As text it is the number of points, with a decimal point and never below
 * zero or above the maximum, as a grader reads it; {@link #report} says what became of each test.
 *
 * <p>Once a test fails in what all others build on (the policy is missing, throws, hangs, or loses
 * a task), those after it are not run.
 */
public final class Points {

    /** What became of a test. */
    public enum Outcome {
        PASSED,
        FAILED,
        NOT_RUN
    }

    /**
     * A test.
     *
     * @param points what it gives if it passes
     * @param why what failed, or why it was not run; empty if it passed
     * @param failure what failed, null if it is not known as that
     */
    public record Test(String name, double points, Outcome outcome, String why, Failure failure) {

        public boolean passed() {
            return outcome == Outcome.PASSED;
        }
    }

    /** What a test does. */
    @FunctionalInterface
    public interface Body {

        /** Throws whatever if the test fails. */
        void run() throws Exception;
    }

    private final double max;
    private final List<Test> tests = new ArrayList<>();
    private String first;

    Points(double max) {
        this.max = positive(max);
    }

    private static double positive(double points) {
        if (!(points > 0 && points <= 1e6)) {
            throw new IllegalArgumentException(
                    "%s points: give more than 0".formatted(Work.plain(points)));
        }
        return points;
    }

    /**
     * Runs a test.
     *
     * @param points what it gives if its body does not throw, more than 0
     * @throws InterruptedException if this thread is interrupted meanwhile
     * @throws IllegalStateException if the simulator ends, for a reason that is no policy's
     */
    public Points test(String name, double points, Body body) throws InterruptedException {
        positive(points);
        if (first != null) {
            tests.add(new Test(name, points, Outcome.NOT_RUN, "not run: first " + first, null));
            return this;
        }
        try {
            body.run();
            tests.add(new Test(name, points, Outcome.PASSED, "", null));
        } catch (CheckFailed e) {
            failed(name, points, e.getMessage(), e.failure());
            if (e.failure().basic()) {
                first = "mend what fails in '" + name + "'";
            }
        } catch (InterruptedException e) {
            throw e;
        } catch (Exception | AssertionError | StackOverflowError e) {
            if (e instanceof IllegalStateException
                    && e.getCause() instanceof SimulatorEndedException) {
                throw (IllegalStateException) e; // says nothing of what is tested
            }
            String message = e.getMessage() == null ? "" : ": " + e.getMessage();
            failed(name, points, e.getClass().getSimpleName() + message, null);
        }
        return this;
    }

    private void failed(String name, double points, String why, Failure failure) {
        tests.add(new Test(name, points, Outcome.FAILED, why, failure));
    }

    /** Returns the tests that there were, in their order. */
    public List<Test> tests() {
        return List.copyOf(tests);
    }

    /** Returns the points of the tests that passed, from 0 to {@link #max}. */
    public double points() {
        double sum = tests.stream().filter(Test::passed).mapToDouble(Test::points).sum();
        return Math.clamp(sum, 0, max);
    }

    public double max() {
        return max;
    }

    /** Returns what became of each test, as text. */
    public String report() {
        var lines = new ArrayList<String>();
        lines.add(summary());
        for (Test test : tests) {
            lines.add(
                    "%s %s (%s)"
                            .formatted(mark(test.outcome), test.name, Bound.number(test.points)));
            if (!test.why.isEmpty()) {
                lines.add(test.why.indent(4).stripTrailing());
            }
        }
        return String.join("\n", lines);
    }

    /** Returns how many of these tests passed, and the points. */
    public String summary() {
        return "%d of %d of these tests passed: %s of %s points."
                .formatted(
                        tests.stream().filter(Test::passed).count(),
                        tests.size(),
                        Bound.number(points()),
                        Bound.number(max));
    }

    /** Returns the sign of an outcome. */
    public static String mark(Outcome outcome) {
        return switch (outcome) {
            case PASSED -> "✓";
            case FAILED -> "✗";
            case NOT_RUN -> "–";
        };
    }

    /** Returns the points as a grader reads them: {@code 2.5}. */
    @Override
    public String toString() {
        return String.format(Locale.ROOT, "%.4f", points()).replaceAll("(\\.\\d+?)0+$", "$1");
    }
}
