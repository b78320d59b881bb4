package org.schedbook.check;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import org.schedbook.harness.PolicyFault;
import org.schedbook.schedule.Schedule.Run;
import org.schedbook.target.sim.SimResult;

/** What to look at, by what was seen: guesses, each in a sentence or two. */
final class Hints {

    private static final double NS_PER_MS = 1e6;

    static String fault(PolicyFault fault) {
        if (fault.message().contains("was forgotten")) {
            return counter("nr_forgotten");
        }
        if (fault.message().contains("was sent to CPU")) {
            return counter("nr_bounce_dispatches");
        }
        if (fault.message().contains("did not return")) {
            return "Look for a loop that does not end%s."
                    .formatted(fault.line() == 0 ? "" : ", in line " + fault.line());
        }
        return fault.line() == 0
                ? "Look at %s().".formatted(fault.callback())
                : "Look at line %d, in %s().".formatted(fault.line(), fault.callback());
    }

    static String outcome(SimResult result) {
        return switch (result.outcome()) {
            case DEADLINE -> "Look for a loop that does not end.";
            case STALLED -> "Is there a task that nothing takes out of its queue again?";
            case INIT_FAILED -> "Look at init().";
            default -> "Say when the run is to end, with until(…), or look who does not end.";
        };
    }

    static String counter(String counter) {
        return switch (counter) {
            case "nr_forgotten" ->
                    "Whatever enqueue() is given has to be inserted, there or in a later"
                            + " dispatch().";
            case "nr_bounce_dispatches" ->
                    "Ask task.canRunOn(cpu) before you give a task to a CPU.";
            case "nr_duplicate" -> "Insert a task once for each enqueue(), no more often.";
            default -> "%sim shows what went wrong.";
        };
    }

    static String wait(String task) {
        return "Who runs while %s waits, and when does it come before them?".formatted(task);
    }

    static String idle() {
        return "A CPU that has nothing to do asks dispatch(): does it find every task that waits?";
    }

    static String different() {
        return "Give a Random a seed, and do not go through a HashMap or HashSet in its order.";
    }

    static String switches(boolean tooMany, double tickMs) {
        return tooMany
                ? "Is the slice shorter than you meant? Its unit is the nanosecond."
                : tick(tickMs);
    }

    private static String tick(double tickMs) {
        return tickMs == 0
                ? ""
                : "Slices end at ticks, here every %s ms.".formatted(Bound.number(tickMs));
    }

    static String order(
            List<String> expected, List<String> actual, List<Run> turns, double tickMs) {
        boolean noneAgain = new HashSet<>(actual).size() == actual.size();
        boolean oftener = actual.size() > expected.size();
        if (noneAgain && new HashSet<>(expected).size() < expected.size()) {
            return "No slice ended: is it longer than what a task has to do? " + tick(tickMs);
        }
        if (isReversed(expected, actual)) {
            return "Whoever arrived last went first: do you insert at the head of the queue?";
        }
        if (oftener && new HashSet<>(expected).size() == expected.size()) {
            long shortest = turns.stream().mapToLong(Run::ns).min().orElse(0);
            return "A task lost its CPU after %s ms and had to come again: a slice ended."
                    .formatted(Bound.number(shortest / NS_PER_MS));
        }
        return tick(tickMs);
    }

    /** Whether those after the first, which found the CPU free, went backwards. */
    private static boolean isReversed(List<String> expected, List<String> actual) {
        int size = expected.size();
        return size > 2
                && size == actual.size()
                && expected.getFirst().equals(actual.getFirst())
                && expected.subList(1, size).reversed().equals(actual.subList(1, size));
    }

    static String shares(Map<String, Double> parts, Map<String, Double> ran, int cpus) {
        double all = ran.values().stream().mapToDouble(Double::doubleValue).sum();
        double whole = parts.values().stream().mapToDouble(Double::doubleValue).sum();
        double most = parts.values().stream().mapToDouble(Double::doubleValue).max().orElse(0);
        boolean equal =
                ran.values().stream().allMatch(ms -> Math.abs(ms * ran.size() / all - 1) < 0.1);
        if (cpus == 1 && most > whole / 2) {
            return "A task whose slice is over is not among those that its CPU chooses from next:"
                    + " more than half of a CPU takes a longer slice, too.";
        }
        if (most * cpus > whole && cpus > 1) {
            return "Nobody can have more than one CPU: the largest part is more than that.";
        }
        if (equal) {
            return "All had about the same: does the weight, task.weight(), make a difference?";
        }
        List<String> byPart = new ArrayList<>(parts.keySet());
        byPart.sort(Comparator.comparing(parts::get));
        List<String> byTime = new ArrayList<>(parts.keySet());
        byTime.sort(Comparator.comparing(ran::get));
        return byPart.equals(byTime.reversed())
                ? "The less was due to a task, the more it had: clocks of heavier tasks run slower."
                : "";
    }

    private Hints() {}
}
