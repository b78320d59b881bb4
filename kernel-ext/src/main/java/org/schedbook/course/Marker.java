package org.schedbook.course;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.schedbook.check.Check;
import org.schedbook.check.Points;
import org.schedbook.compile.CompileException;
import org.schedbook.compile.CompileException.Problem;
import org.schedbook.compile.CompiledPolicy;
import org.schedbook.compile.CompilerProcess;
import org.schedbook.compile.PolicySource;

/** Runs the tests of labs, those that everybody may see and, where they are, the hidden ones. */
public final class Marker {

    /** Finds what was submitted under a name. */
    public interface Source {

        /**
         * Returns a policy.
         *
         * @throws NotThereException if there is none that can run; says why
         */
        CompiledPolicy policy(String name) throws NotThereException, InterruptedException;

        /**
         * Returns an answer.
         *
         * @throws NotThereException if there is none
         */
        Answer answer(String name) throws NotThereException;
    }

    /** Something that is to be tested is not there; the message is for whoever should have it. */
    public static final class NotThereException extends Exception {

        private static final long serialVersionUID = 1L;

        public NotThereException(String message) {
            super(message, null, false, false);
        }
    }

    private final Optional<Hidden> hidden;

    /**
     * @param hidden the hidden tests, where there are any
     */
    public Marker(Optional<Hidden> hidden) {
        this.hidden = hidden;
    }

    /** Marks all parts of a lab. */
    public Marks mark(Lab lab, Source source, String student) throws InterruptedException {
        return mark(lab, lab.parts(), source, student);
    }

    /**
     * Marks some parts of a lab.
     *
     * @param student a word that stands for whoever submitted it; hidden loads depend on it
     */
    public Marks mark(Lab lab, List<Part> parts, Source source, String student)
            throws InterruptedException {
        var marks = new ArrayList<Marks.OfPart>();
        for (Part part : parts) {
            marks.add(mark(lab, part, source, student));
        }
        return new Marks(lab, marks);
    }

    private Marks.OfPart mark(Lab lab, Part part, Source source, String student)
            throws InterruptedException {
        boolean complete = hidden.isPresent() || part.hidden() == 0;
        Submitted submitted;
        try {
            long seed = seed(lab.name() + "/" + part.name() + "/" + student);
            submitted =
                    part.isPolicy()
                            ? new Submitted(source.policy(part.name()), null, seed)
                            : new Submitted(null, source.answer(part.name()), seed);
        } catch (NotThereException e) {
            return new Marks.OfPart(part, e.getMessage(), List.of(), List.of(), complete);
        }
        List<Points.Test> open = run(part.tests(), part.open(), submitted);
        boolean hopeless =
                open.stream().anyMatch(test -> test.outcome() == Points.Outcome.NOT_RUN)
                        || open.stream()
                                .anyMatch(test -> test.failure() != null && test.failure().basic());
        // Whoever hangs or loses tasks does so in the hidden tests too, and each costs its
        // deadline.
        List<Points.Test> unseen =
                hidden.isEmpty() || part.hidden() == 0 || hopeless
                        ? List.of()
                        : run(hidden.get().of(lab, part), part.hidden(), submitted);
        return new Marks.OfPart(part, "", open, unseen, complete);
    }

    private static List<Points.Test> run(Part.Tests tests, double max, Submitted submitted)
            throws InterruptedException {
        if (max == 0) {
            return List.of();
        }
        Points points = Check.points(max);
        tests.run(submitted, points);
        return points.tests();
    }

    /** The same for the same text, whatever the JVM; FNV-1a. */
    static long seed(String text) {
        long hash = 0xcbf29ce484222325L;
        for (int i = 0; i < text.length(); i++) {
            hash = (hash ^ text.charAt(i)) * 0x100000001b3L;
        }
        return hash;
    }

    /** Returns what a notebook that was read has for a lab, its policies compiled. */
    static Source of(Lab lab, Submission submission) throws InterruptedException {
        var compiler = new CompilerProcess();
        var policies = new HashMap<String, CompiledPolicy>();
        var problems = new HashMap<String, String>();
        for (Part part : lab.parts()) {
            PolicySource source = submission.policies().get(part.name());
            if (!part.isPolicy() || source == null) {
                continue;
            }
            try {
                policies.put(part.name(), compiler.compile(source));
            } catch (CompileException e) {
                problems.put(part.name(), places(e));
            }
        }
        return new Source() {
            @Override
            public CompiledPolicy policy(String name) throws NotThereException {
                if (problems.containsKey(name)) {
                    throw new NotThereException(
                            "%s does not compile, or does what a policy may not do.\n%s"
                                    .formatted(name, problems.get(name)));
                }
                if (!policies.containsKey(name)) {
                    throw new NotThereException(
                            "There is no cell that begins with %%policy " + name + ".");
                }
                return policies.get(name);
            }

            @Override
            public Answer answer(String name) throws NotThereException {
                Answer answer = submission.answers().get(name);
                if (answer == null) {
                    throw new NotThereException(
                            "There is no answer in a cell that begins with %%answer " + name + ".");
                }
                return answer;
            }
        };
    }

    private static String places(CompileException e) {
        return e.problems().stream()
                .limit(10)
                .map(Problem::toString)
                .collect(Collectors.joining("\n"));
    }
}
