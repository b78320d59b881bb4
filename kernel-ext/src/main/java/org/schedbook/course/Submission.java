package org.schedbook.course;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.schedbook.compile.PolicySource;

/**
 * What is taken out of a submitted notebook.
 *
 * @param policies by name, as their cells have them; of several cells with a name the last counts
 * @param answers by name, likewise
 * @param remarks what was left out, and why; sentences
 */
public record Submission(
        Map<String, PolicySource> policies, Map<String, Answer> answers, List<String> remarks) {

    public Submission {
        policies = Map.copyOf(policies);
        answers = Map.copyOf(answers);
        remarks = List.copyOf(remarks);
    }

    /** Returns what counts for a lab. */
    public Submission of(Lab lab) {
        var asked = lab.parts().stream().map(Part::name).collect(Collectors.toSet());
        var those = new HashMap<>(policies);
        those.keySet().retainAll(asked);
        var answered = new HashMap<>(answers);
        answered.keySet().retainAll(asked);
        return new Submission(those, answered, remarks);
    }

    /** A submission of nothing, for a reason. */
    static Submission nothing(String why) {
        return new Submission(Map.of(), Map.of(), List.of(why));
    }
}
