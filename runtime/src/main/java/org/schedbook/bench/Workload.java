package org.schedbook.bench;

import java.util.List;
import java.util.Optional;

/** A command that puts load on a scheduler and prints one number. */
public interface Workload {

    /** Returns the name to ask for it by. */
    String name();

    /** Returns what the number is, for a plot's axis, such as {@code completion time}. */
    String metric();

    /** Returns the unit of the number. */
    String unit();

    /** Returns whether a smaller number is better. */
    boolean lowerIsBetter();

    /** Returns the command line. */
    List<String> command();

    /** Returns the number in what the command printed, empty if there is none. */
    Optional<Double> parse(String output);

    /** Returns the command line as a person would type it. */
    default String commandLine() {
        return String.join(" ", command());
    }
}
