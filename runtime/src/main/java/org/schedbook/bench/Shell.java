package org.schedbook.bench;

import java.util.List;
import java.util.Optional;
import org.schedbook.measure.Better;
import org.schedbook.measure.Metric;

/**
 * Any command of the shell that prints one number.
 *
 * @param line the command as typed
 * @param unit of the number, may be empty
 * @param better {@code less} or {@code more}
 */
public record Shell(String line, String unit, String better) implements Workload {

    /** The name it has in reports; it is asked for by its command. */
    public static final String NAME = "command";

    public Shell {
        if (line.isBlank()) {
            throw new IllegalArgumentException("there is no command");
        }
        if (!better.equals(Better.LESS.word()) && !better.equals(Better.MORE.word())) {
            throw new IllegalArgumentException("better is 'less' or 'more', not '" + better + "'");
        }
    }

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public String stresses() {
        return "whatever the command does";
    }

    @Override
    public List<Metric> metrics() {
        return List.of(
                new Metric(
                        "output",
                        unit,
                        better.equals(Better.LESS.word()) ? Better.LESS : Better.MORE));
    }

    @Override
    public List<String> command() {
        return List.of("sh", "-c", line);
    }

    @Override
    public String commandLine() {
        return line;
    }

    @Override
    public String title() {
        return line;
    }

    @Override
    public Optional<Reading> parse(String output) {
        return Reading.number(output);
    }
}
