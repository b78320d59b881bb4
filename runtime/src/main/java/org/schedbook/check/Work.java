package org.schedbook.check;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.schedbook.target.sim.Program;

/**
 * What a task does, in ms: a value, made by {@link Check#runs}, {@link Check#sleeps} and {@link
 * Check#repeats}; each method returns another one.
 *
 * @param steps what it does, one after the other
 * @param repeats whether it does so until the run ends
 * @param arrives when it is there
 * @param times how many such tasks there are
 * @param weight 1 to 10000; 100 is nice 0
 * @param cpus the CPUs it may use, all if empty
 * @param process the name of its process, empty for one of its own
 */
public record Work(
        List<Step> steps,
        boolean repeats,
        double arrives,
        int times,
        int weight,
        List<Integer> cpus,
        String process) {

    private static final double NS_PER_MS = 1e6;

    /** Eleven days: far beyond what is simulated. */
    private static final double MAX_MS = 1e9;

    private static final int MAX_TIMES = 10_000;

    /**
     * One thing after which comes another.
     *
     * @param runs whether it computes, counted in CPU time; else it sleeps
     * @param ms for how long, 0.000001 or more
     */
    public record Step(boolean runs, double ms) {

        public Step {
            if (nanoseconds(ms) < 1) {
                throw new IllegalArgumentException(
                        "a task cannot %s for %s ms: give it a nanosecond or more"
                                .formatted(runs ? "run" : "sleep", plain(ms)));
            }
        }

        @Override
        public String toString() {
            return "%s(%s)".formatted(runs ? "runs" : "sleeps", plain(ms));
        }
    }

    public Work {
        steps = List.copyOf(steps);
        cpus = List.copyOf(cpus);
        if (steps.isEmpty()) {
            throw new IllegalArgumentException("there is nothing to do");
        }
        if (arrives != 0) {
            nanoseconds(arrives);
        }
        if (times < 1 || times > MAX_TIMES) {
            throw new IllegalArgumentException(
                    "times(%d): there are from 1 to %,d of a task".formatted(times, MAX_TIMES));
        }
        if (weight < 1 || weight > 10_000) {
            throw new IllegalArgumentException(
                    "weight(%d): a weight is from 1 to 10000, and 100 is nice 0".formatted(weight));
        }
    }

    static Work of(boolean runs, double ms) {
        return new Work(List.of(new Step(runs, ms)), false, 0, 1, 100, List.of(), "");
    }

    static Work repeating(Work first, Work... more) {
        Work once = first.then(more);
        return new Work(
                once.steps, true, once.arrives, once.times, once.weight, once.cpus, once.process);
    }

    /** Does this first, and then more, of which only what it does counts. */
    public Work then(Work... more) {
        var all = new ArrayList<>(steps);
        for (Work each : more) {
            if (repeats || each.repeats) {
                throw new IllegalArgumentException(
                        "nothing comes after what repeats until the end, and it is not repeated");
            }
            all.addAll(each.steps);
        }
        return new Work(all, repeats, arrives, times, weight, cpus, process);
    }

    /** Arrives at so many ms instead of at once. */
    public Work arrives(double ms) {
        return new Work(steps, repeats, ms, times, weight, cpus, process);
    }

    /** Is there so many times: of {@code hog}, there are {@code hog.1}, {@code hog.2}, ... */
    public Work times(int nr) {
        return new Work(steps, repeats, arrives, nr, weight, cpus, process);
    }

    /** Has that weight, from 1 to 10000, instead of 100, which is nice 0. */
    public Work weight(int weight) {
        return new Work(steps, repeats, arrives, times, weight, cpus, process);
    }

    /** May use those CPUs only. */
    public Work onCpus(Integer... cpus) {
        return new Work(steps, repeats, arrives, times, weight, List.of(cpus), process);
    }

    /** Is a thread of a process that it shares with all tasks that name the same one. */
    public Work process(String name) {
        return new Work(steps, repeats, arrives, times, weight, cpus, name);
    }

    /** Its system calls take no time, so that a burst as long as a slice ends with the slice. */
    Program program() {
        Program.Builder program = Program.measured();
        if (repeats) {
            program.forever();
        }
        for (Step step : steps) {
            if (step.runs) {
                program.run(nanoseconds(step.ms));
            } else {
                program.sleep(nanoseconds(step.ms));
            }
        }
        return (repeats ? program.end() : program).build();
    }

    static long nanoseconds(double ms) {
        if (!(ms >= 0 && ms <= MAX_MS)) {
            throw new IllegalArgumentException(
                    "%s ms: a time is from 0 to %s ms".formatted(ms, plain(MAX_MS)));
        }
        return Math.round(ms * NS_PER_MS);
    }

    static String plain(double value) {
        return BigDecimal.valueOf(value).stripTrailingZeros().toPlainString();
    }

    /** Returns it as it is written. */
    @Override
    public String toString() {
        String all = steps.stream().map(Step::toString).collect(Collectors.joining(", "));
        var text = new StringBuilder();
        if (repeats) {
            text.append("repeats(").append(all).append(')');
        } else {
            text.append(steps.getFirst());
            if (steps.size() > 1) {
                text.append(
                        steps.stream()
                                .skip(1)
                                .map(Step::toString)
                                .collect(Collectors.joining(", ", ".then(", ")")));
            }
        }
        if (arrives != 0) {
            text.append(".arrives(").append(plain(arrives)).append(')');
        }
        if (times != 1) {
            text.append(".times(").append(times).append(')');
        }
        if (weight != 100) {
            text.append(".weight(").append(weight).append(')');
        }
        if (!cpus.isEmpty()) {
            text.append(
                    cpus.stream()
                            .map(String::valueOf)
                            .collect(Collectors.joining(", ", ".onCpus(", ")")));
        }
        if (!process.isEmpty()) {
            text.append(".process(").append(Tasks.quoted(process)).append(')');
        }
        return text.toString();
    }
}
