package org.schedbook.course;

import java.io.IOException;
import java.io.StringReader;
import java.io.UncheckedIOException;
import java.util.OptionalDouble;
import java.util.Set;
import org.schedbook.check.CheckFailed;
import org.schedbook.target.sim.FormatException;
import org.schedbook.target.sim.RtApp;
import org.schedbook.target.sim.SimWorkload;

/** Tests of answers. */
public final class Answers {

    /**
     * A part that asks for a number, tested where everybody may see it.
     *
     * @param off by how much it may be off
     * @param hint what to look at if it is further off
     */
    static Part number(
            String name, String what, double points, double right, double off, String hint) {
        return new Part(
                name,
                false,
                what,
                points,
                0,
                (submitted, tests) ->
                        tests.test(
                                what, points, () -> expect(submitted.answer(), right, off, hint)));
    }

    /** A part that asks for one of some words, tested where everybody may see it. */
    static Part word(String name, String what, double points, Set<String> right, String hint) {
        return new Part(
                name,
                false,
                what,
                points,
                0,
                (submitted, tests) ->
                        tests.test(what, points, () -> expect(submitted.answer(), right, hint)));
    }

    /** A part whose answer only a grader knows. */
    static Part unseen(String name, String what, double points) {
        return new Part(name, false, what, 0, points, (_, _) -> {});
    }

    /** Expects a number. */
    public static void expect(Answer answer, double right, double off, String hint) {
        OptionalDouble number = answer.number();
        if (number.isEmpty() || Math.abs(number.getAsDouble() - right) > off + 1e-9) {
            throw new CheckFailed(
                    number.isEmpty()
                            ? "%s is asked for as a number, and '%s' is a word."
                                    .formatted(answer.name(), answer.text())
                            : "%s is not %s.".formatted(answer.name(), answer.text()),
                    hint);
        }
    }

    /** Expects one of some words. */
    public static void expect(Answer answer, Set<String> right, String hint) {
        if (!right.contains(answer.text())) {
            throw new CheckFailed("%s is not %s.".formatted(answer.name(), answer.text()), hint);
        }
    }

    /** Expects a load of so many tasks at most, and returns it. */
    public static SimWorkload load(Answer answer, int tasks) {
        try {
            SimWorkload load =
                    RtApp.read(answer.name(), new StringReader(answer.text())).workload();
            if (load.tasks().size() > tasks || !load.templates().isEmpty()) {
                throw new CheckFailed(
                        "The load has more than %d tasks, or forks.".formatted(tasks),
                        "The fewer tasks a load has, the more it says.");
            }
            return load;
        } catch (FormatException e) {
            throw new CheckFailed(
                    "%s is no load of rt-app's: %s".formatted(answer.name(), e.getMessage()), FORM);
        } catch (IOException e) {
            throw new UncheckedIOException(e); // nothing is read but a string
        }
    }

    private static final String FORM =
            "Write {\"tasks\": {\"hog\": {\"loop\": -1, \"run\": 1000000}}}, with times in µs; \"instance\": 2 makes two of a task, and \"sleep\" comes after \"run\".";

    private Answers() {}
}
