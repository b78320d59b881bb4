package org.schedbook.course;

import java.util.List;
import java.util.Optional;

/**
 * A lab: one question, and what is to be written and answered on the way to an answer.
 *
 * @param name {@code lab1} to {@code lab8}, as {@code %check} and {@code ./schedbook grade} take it
 * @param title what it is about
 * @param parts what gives points, in the order of its notebook
 */
public record Lab(String name, String title, List<Part> parts) {

    /** The labs, in their order. */
    public static final List<Lab> ALL =
            List.of(
                    FirstComeFirstServed.lab(),
                    RoundRobin.lab(),
                    Comparing.lab(),
                    ShortestFirst.lab(),
                    FeedbackQueues.lab(),
                    Shares.lab(),
                    ManyCpus.lab(),
                    Review.lab());

    public Lab {
        parts = List.copyOf(parts);
    }

    /** Returns a lab by its name. */
    public static Optional<Lab> named(String name) {
        return ALL.stream().filter(lab -> lab.name().equals(name)).findFirst();
    }

    /** Returns a part by its name. */
    public Optional<Part> part(String name) {
        return parts.stream().filter(part -> part.name().equals(name)).findFirst();
    }

    /** Returns all points that its parts can give. */
    public double max() {
        return parts.stream().mapToDouble(Part::max).sum();
    }
}
