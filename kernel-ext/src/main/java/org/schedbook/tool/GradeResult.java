package org.schedbook.tool;

import java.time.Duration;
import java.util.List;
import org.schedbook.check.Points;
import org.schedbook.course.Grader.Graded;
import org.schedbook.course.Lab;
import org.schedbook.course.Marks;
import org.schedbook.units.UnitResult;

/**
 * What a submission gets. Of hidden tests it has the outcomes and the hints, and nothing else.
 *
 * @param remarks what the grader has to say of it; sentences
 * @param node the machine that it was graded on
 * @param seconds how long it took
 */
record GradeResult(
        String key, List<OfPart> parts, List<String> remarks, String node, double seconds)
        implements UnitResult {

    /** {@link Marks.OfPart}, with the part by its name. */
    record OfPart(
            String part,
            String problem,
            List<Points.Test> open,
            List<Points.Test> hidden,
            boolean complete) {

        static OfPart of(Marks.OfPart marks) {
            Marks.OfPart bare = marks.withoutSecrets();
            return new OfPart(
                    bare.part().name(),
                    bare.problem(),
                    bare.open(),
                    bare.hidden(),
                    bare.complete());
        }

        Marks.OfPart marks(Lab lab) {
            return new Marks.OfPart(lab.part(part).orElseThrow(), problem, open, hidden, complete);
        }
    }

    GradeResult {
        parts = List.copyOf(parts);
        remarks = List.copyOf(remarks);
    }

    static GradeResult of(String key, Graded graded, String node) {
        return new GradeResult(
                key,
                graded.marks().parts().stream().map(OfPart::of).toList(),
                graded.remarks(),
                node,
                graded.took().toMillis() / 1e3);
    }

    Marks marks(Lab lab) {
        return new Marks(lab, parts.stream().map(each -> each.marks(lab)).toList());
    }

    Duration took() {
        return Duration.ofMillis(Math.round(seconds * 1e3));
    }
}
