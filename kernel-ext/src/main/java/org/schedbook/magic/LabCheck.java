package org.schedbook.magic;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.schedbook.compile.CompiledPolicy;
import org.schedbook.course.Answer;
import org.schedbook.course.Hidden;
import org.schedbook.course.Lab;
import org.schedbook.course.Marker;
import org.schedbook.course.Marker.NotThereException;
import org.schedbook.course.Part;
import org.schedbook.jupyter.CellError;
import org.schedbook.session.Session;
import org.schedbook.session.SessionException;
import org.schedbook.target.TargetException;
import org.schedbook.target.sim.SimulatorEndedException;
import org.schedbook.view.MarksView;

/** {@code %check LAB [PART...]}: runs the tests of a lab on what a notebook has. */
final class LabCheck implements Marker.Source {

    private final Session session;
    private final Map<String, String> environment;

    LabCheck(Session session, Map<String, String> environment) {
        this.session = session;
        this.environment = environment;
    }

    MarksView run(Lab lab, List<String> names) throws TargetException, InterruptedException {
        var marker = new Marker(session.isGrading() ? hidden() : Optional.empty());
        try {
            return new MarksView(
                    marker.mark(lab, parts(lab, names), this, student()), session.isGrading());
        } catch (IllegalStateException e) {
            if (e.getCause() instanceof SimulatorEndedException ended) {
                throw ended;
            }
            throw e;
        }
    }

    private static List<Part> parts(Lab lab, List<String> names) {
        if (names.isEmpty()) {
            return lab.parts();
        }
        var parts = new ArrayList<Part>();
        for (String name : names) {
            parts.add(lab.part(name).orElseThrow(() -> noPart(lab, name)));
        }
        return parts;
    }

    private static CellError noPart(Lab lab, String name) {
        String parts = lab.parts().stream().map(Part::name).collect(Collectors.joining(", "));
        return new CellError("%s has no part named '%s'.".formatted(lab.name(), name))
                .next("It has: " + parts + ".");
    }

    /** Those of whoever grades; marks without them would look like marks. */
    private Optional<Hidden> hidden() {
        String jar = environment.getOrDefault(Hidden.VARIABLE, "");
        if (jar.isEmpty()) {
            if ("validate".equals(environment.get("NBGRADER_EXECUTION"))) {
                return Optional.empty();
            }
            throw new CellError("There are no hidden tests to grade with.")
                    .next("Set %s to the path of their jar.".formatted(Hidden.VARIABLE));
        }
        try {
            return Optional.of(Hidden.in(Path.of(jar)));
        } catch (IOException e) {
            throw new CellError("The hidden tests cannot be read: %s.".formatted(e.getMessage()))
                    .next("Correct %s.".formatted(Hidden.VARIABLE));
        }
    }

    /** nbgrader runs a submission in a directory STUDENT/LAB. */
    private static String student() {
        Path parent = Path.of("").toAbsolutePath().getParent();
        return parent == null || parent.getFileName() == null
                ? ""
                : parent.getFileName().toString();
    }

    /** A policy of this notebook's; one that comes with Schedbook is no answer to a lab. */
    @Override
    public CompiledPolicy policy(String name) throws NotThereException {
        if (!session.policies().own().contains(name)) {
            throw new NotThereException(
                    "There is no policy %s yet: write its cell, and run it.".formatted(name));
        }
        try {
            return session.policies().named(name);
        } catch (SessionException e) {
            throw new NotThereException(e.getMessage() + " " + e.nextStep());
        }
    }

    @Override
    public Answer answer(String name) throws NotThereException {
        Answer answer = session.answers().get(name);
        if (answer == null) {
            throw new NotThereException(
                    "There is no answer %s yet: write it into its cell, and run it."
                            .formatted(name));
        }
        return answer;
    }
}
