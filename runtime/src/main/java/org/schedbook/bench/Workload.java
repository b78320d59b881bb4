package org.schedbook.bench;

import java.util.List;
import java.util.Optional;
import org.schedbook.measure.Metric;
import org.schedbook.target.CommandResult;
import org.schedbook.target.sim.Modelled;

/**
 * A command that puts load on a scheduler and prints what that came to. Workloads are records of
 * integers and text, with a model where the simulator has one, so that {@link Workloads} can list
 * them, change them and write them down.
 */
public interface Workload extends Modelled {

    /** Returns what it stresses, a few words. */
    String stresses();

    /** Returns what it measures; the first is what a comparison is decided by. */
    List<Metric> metrics();

    /** Returns the figures in what the command printed, empty if they are not there. */
    Optional<Reading> parse(String output);

    /** Returns what the command printed instead of figures. */
    default String instead(CommandResult result) {
        return result.output().isBlank() ? result.errors() : result.output();
    }

    /** Returns the command line as a person would type it. */
    default String commandLine() {
        return String.join(" ", command());
    }

    /** Returns one line for captions: the command line, unless that is a script. */
    default String title() {
        return command().contains("-c") ? Workloads.write(this) : commandLine();
    }

    /** Returns the metric that a comparison is decided by. */
    default Metric headline() {
        return metrics().getFirst();
    }
}
