package org.schedbook.tool;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.schedbook.child.ChildJvm;
import org.schedbook.course.Grader;
import org.schedbook.course.Grader.Graded;
import org.schedbook.course.Hidden;
import org.schedbook.course.Lab;
import org.schedbook.units.MachineException;
import org.schedbook.units.UnitWorker;

/** The process that grades submissions one after the other, within the bounds of {@link Grader}. */
final class GradeWorker {

    /** Schedules of tests that failed are what takes most. */
    private static final int HEAP_MIB = 512;

    /** Where it finds the hidden tests. */
    private static final String HIDDEN = "schedbook.hidden-tests";

    private GradeUnit.Versions versions;
    private Hidden hidden;

    public static void main(String[] args) throws IOException, InterruptedException {
        UnitWorker.run(args, GradeUnit.class, new GradeWorker()::run);
    }

    /** Returns how one is started. */
    static ChildJvm jvm(Path jar) {
        return UnitWorker.jvm(
                GradeWorker.class, HEAP_MIB, List.of("-D" + HIDDEN + "=" + jar.toAbsolutePath()));
    }

    /** Reads the hidden tests, once; where they cannot be read, each unit says so. */
    private void load() throws MachineException {
        if (hidden != null) {
            return;
        }
        Path jar = Path.of(System.getProperty(HIDDEN));
        try {
            versions = GradeUnit.Versions.of(jar);
            hidden = Hidden.in(jar);
        } catch (IOException e) {
            throw new MachineException(
                    "The hidden tests in %s cannot be read here: %s."
                            .formatted(jar, e.getMessage()));
        }
    }

    private GradeResult run(String key, GradeUnit unit)
            throws MachineException, InterruptedException {
        load();
        if (!unit.versions().equals(versions)) {
            throw new MachineException(
                    "The submission was taken in by another version of Schedbook, of Java or of the"
                            + " hidden tests than its worker has: run the command again.");
        }
        Lab lab = Lab.named(unit.lab()).orElseThrow();
        Graded graded = new Grader(lab, hidden, 1).grade(unit.student(), unit.submission());
        if (!graded.isGraded()) {
            throw new MachineException(graded.remarks().getFirst());
        }
        return GradeResult.of(key, graded, UnitWorker.node());
    }
}
