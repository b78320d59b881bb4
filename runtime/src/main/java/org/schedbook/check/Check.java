package org.schedbook.check;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import org.schedbook.compile.CompileException;
import org.schedbook.compile.CompiledPolicy;
import org.schedbook.compile.PolicyCompiler;
import org.schedbook.compile.PolicySource;
import org.schedbook.schedule.Schedule;
import org.schedbook.target.TargetException;

/**
 * Tests of policies: loads of named tasks in ms, a machine as textbooks have it, and what is
 * expected of the schedule that a policy makes there. To be imported as a whole, statically:
 *
 * <pre>{@code
 * import static org.schedbook.check.Check.*;
 *
 * var three = tasks().task("a", runs(5)).task("b", runs(5)).task("c", runs(5));
 * textbook(1).run(three, "my-rr")
 *         .because("each has 2 ms at a time")
 *         .order("abcabcabc");
 * }</pre>
 *
 * <p>What does not hold throws {@link CheckFailed}, whose message says what was expected, what was
 * seen, the schedule around the first difference, the line of the policy that decided, and what to
 * look at.
 */
public final class Check {

    private static final ConcurrentHashMap<String, CompiledPolicy> BUILT_IN =
            new ConcurrentHashMap<>();

    private static volatile Function<String, CompiledPolicy> policies = Check::builtIn;

    private static volatile OnKernel.Kernel kernel =
            (_, _) -> {
                throw new TargetException(
                        "There is no kernel here.",
                        "Run it in a notebook, or give one with Check.kernelFrom.",
                        "");
            };

    // ---- Loads --------------------------------------------------------------------------

    /** Returns a load without tasks, to which {@link Tasks#task} adds. */
    public static Tasks tasks() {
        return Tasks.NONE;
    }

    /** A task that computes for so many ms, counted in CPU time. */
    public static Work runs(double ms) {
        return Work.of(true, ms);
    }

    /** A task that sleeps for so many ms, or the part of one that does. */
    public static Work sleeps(double ms) {
        return Work.of(false, ms);
    }

    /** A task that does this again and again until the run ends. */
    public static Work repeats(Work first, Work... more) {
        return Work.repeating(first, more);
    }

    // ---- Machines -----------------------------------------------------------------------

    /** A machine of so many CPUs, on which scheduling costs nothing. */
    public static Textbook textbook(int cpus) {
        return Textbook.of(cpus);
    }

    /** What is expected of a schedule, wherever it comes from. */
    public static Ran that(Schedule schedule) {
        return Ran.of(schedule);
    }

    /** A policy on the live kernel of the notebook's target. */
    public static OnKernel onKernel(String policy) {
        return new OnKernel(policy, kernel);
    }

    /** Says where policies are attached from now on, in this whole process. */
    public static void kernelFrom(OnKernel.Kernel where) {
        kernel = where;
    }

    // ---- What may be -----------------------------------------------------------------------

    public static Bound isAtMost(double value) {
        return new Bound(Double.NEGATIVE_INFINITY, value);
    }

    public static Bound isAtLeast(double value) {
        return new Bound(value, Double.POSITIVE_INFINITY);
    }

    public static Bound isBetween(double from, double to) {
        return new Bound(from, to);
    }

    /** Just this, but for the rounding of fractions. */
    public static Bound is(double value) {
        return new Bound(value, value);
    }

    /**
     * By which part of the whole a share may be off.
     *
     * @param part such as 0.02 for two percent
     */
    public static Within within(double part) {
        return new Within(part);
    }

    // ---- Tests --------------------------------------------------------------------------

    /** Tests that together give so many points at most. */
    public static Points points(double max) {
        return new Points(max);
    }

    /**
     * Has a figure for each of some values; {@link Sweep#named} says what they are.
     *
     * @throws InterruptedException if this thread is interrupted meanwhile
     */
    public static Sweep sweep(double[] values, Sweep.Figure figure) throws InterruptedException {
        List<Sweep.Point> points = new ArrayList<>();
        for (double value : values) {
            try {
                points.add(new Sweep.Point(value, figure.of(value)));
            } catch (InterruptedException | RuntimeException e) {
                throw e;
            } catch (Exception e) {
                throw new IllegalStateException(
                        "the figure for %s: %s".formatted(Work.plain(value), e.getMessage()), e);
            }
        }
        return new Sweep("value", "figure", points);
    }

    // ---- Policies -----------------------------------------------------------------------

    /**
     * Returns the policy of a name: in a notebook as {@code %attach} knows it, elsewhere one of
     * those that come with Schedbook, unless {@link #policiesFrom} says otherwise.
     *
     * @throws RuntimeException if there is none; says which there are
     */
    public static CompiledPolicy policy(String name) {
        return policies.apply(name);
    }

    /** Says what names of policies mean from now on, in this whole process. */
    public static void policiesFrom(Function<String, CompiledPolicy> named) {
        policies = named;
    }

    /**
     * Returns a policy that comes with Schedbook, whatever names mean elsewhere.
     *
     * @throws IllegalArgumentException if there is none; says which there are
     */
    public static CompiledPolicy builtIn(String name) {
        return BUILT_IN.computeIfAbsent(name, Check::compile);
    }

    private static CompiledPolicy compile(String name) {
        PolicySource source =
                PolicySource.builtIn(name)
                        .orElseThrow(
                                () ->
                                        new IllegalArgumentException(
                                                "there is no policy '%s'; there are: %s"
                                                        .formatted(
                                                                name,
                                                                String.join(
                                                                        ", ",
                                                                        PolicySource
                                                                                .builtInNames()))));
        try {
            return new PolicyCompiler().compile(source);
        } catch (CompileException e) {
            throw new AssertionError("policies that come with Schedbook compile", e);
        }
    }

    private Check() {}
}
