package org.schedbook.check;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.schedbook.schedule.Schedule;
import org.schedbook.schedule.Schedule.Run;
import org.schedbook.schedule.Schedule.Wait;

/**
 * Something that can be said of every schedule that a policy makes. What a schedule does not put to
 * the test is not kept, and not broken either.
 *
 * @param kind what is promised
 * @param amount a time in ns or a share in percent, where the kind takes one
 */
public record Promise(Kind kind, double amount) {

    /** What can be promised. */
    public enum Kind {
        NO_WAIT_OVER("no-wait-over", "100ms", "no task that can run waits longer"),
        SHARES_BY_WEIGHT(
                "shares-by-weight", "5%", "tasks that always want a CPU get it by their weights"),
        RUNS_IN_TURN(
                "runs-in-turn", "", "no task has a second turn while another waits for its first"),
        STAYS_ON_CPU("stays-on-cpu", "", "a task runs on one CPU only"),
        WORK_CONSERVING("work-conserving", "2ms", "no CPU idles longer while a task waits");

        private final String word;
        private final String usual;
        private final String meaning;

        Kind(String word, String usual, String meaning) {
            this.word = word;
            this.usual = usual;
            this.meaning = meaning;
        }

        public String word() {
            return word;
        }

        /** Returns the amount when none is said, as it is typed; empty if there is none. */
        public String usual() {
            return usual;
        }

        public String meaning() {
            return meaning;
        }
    }

    private static final Pattern AMOUNT = Pattern.compile("(\\d+(?:\\.\\d+)?)(us|µs|ms|s|%)");

    private static final double NS_PER_MS = 1e6;

    /** A part of a schedule that is too short to have shares in. */
    private static final int MIN_RUNS = 8;

    /**
     * Reads a promise as it is typed.
     *
     * @param word a {@link Kind#word}
     * @param amount such as {@code 100ms} or {@code 2%}; empty for the usual
     * @throws IllegalArgumentException if there is no such promise, with a sentence that says which
     *     there are
     */
    public static Promise of(String word, String amount) {
        for (Kind kind : Kind.values()) {
            if (kind.word.equals(word)) {
                return of(kind, amount.isEmpty() ? kind.usual : amount);
            }
        }
        throw new IllegalArgumentException(
                "there is no promise '%s'; there are: %s"
                        .formatted(
                                word,
                                List.of(Kind.values()).stream()
                                        .map(Kind::word)
                                        .collect(Collectors.joining(", "))));
    }

    private static Promise of(Kind kind, String amount) {
        if (kind.usual.isEmpty()) {
            if (!amount.isEmpty()) {
                throw new IllegalArgumentException(
                        "%s takes no amount, and %s is one".formatted(kind.word, amount));
            }
            return new Promise(kind, 0);
        }
        Matcher matcher = AMOUNT.matcher(amount);
        boolean share = kind.usual.endsWith("%");
        if (!matcher.matches() || matcher.group(2).equals("%") != share) {
            throw new IllegalArgumentException(
                    "%s takes an amount such as %s, and '%s' is none"
                            .formatted(kind.word, kind.usual, amount));
        }
        double factor =
                switch (matcher.group(2)) {
                    case "us", "µs" -> 1e3;
                    case "ms" -> NS_PER_MS;
                    case "s" -> 1e9;
                    default -> 1;
                };
        return new Promise(kind, Double.parseDouble(matcher.group(1)) * factor);
    }

    /** Returns it as it is typed. */
    @Override
    public String toString() {
        return switch (kind) {
            case RUNS_IN_TURN, STAYS_ON_CPU -> kind.word;
            case SHARES_BY_WEIGHT -> "%s %s%%".formatted(kind.word, plain(amount));
            case NO_WAIT_OVER, WORK_CONSERVING ->
                    "%s %sms".formatted(kind.word, plain(amount / NS_PER_MS));
        };
    }

    private static String plain(double value) {
        return BigDecimal.valueOf(value).stripTrailingZeros().toPlainString();
    }

    private static String ms(double ns) {
        return String.format(Locale.ROOT, "%.3f ms", ns / NS_PER_MS);
    }

    /** Holds a schedule to it. */
    public Judgement judge(Schedule schedule) {
        if (!schedule.gaps().isEmpty()) {
            return Judgement.cannotBeJudged(
                    "Some of the schedule is missing: " + schedule.gaps().getFirst() + ".");
        }
        return switch (kind) {
            case NO_WAIT_OVER -> noWaitOver(schedule);
            case SHARES_BY_WEIGHT -> sharesByWeight(schedule);
            case RUNS_IN_TURN -> runsInTurn(schedule);
            case STAYS_ON_CPU -> staysOnCpu(schedule);
            case WORK_CONSERVING -> workConserving(schedule);
        };
    }

    private Judgement noWaitOver(Schedule schedule) {
        var longest = schedule.waits().stream().max(Comparator.comparingLong(Wait::ns));
        if (longest.isEmpty()) {
            return Judgement.cannotBeJudged("No task had to wait.");
        }
        Wait wait = longest.get();
        String what =
                "%s waited for %s from %s on"
                        .formatted(schedule.name(wait.pid()), ms(wait.ns()), ms(wait.fromNs()));
        return wait.ns() <= amount
                ? Judgement.kept(what + ", and nobody longer.")
                : Judgement.broken(what + ", " + ms(wait.ns() - amount) + " too long.");
    }

    // ---- Tasks that always want a CPU ----------------------------------------------------

    /** Returns the tasks that ran or waited from the beginning to the end. */
    private static List<Integer> hungry(Schedule schedule) {
        Map<Integer, Long> wanted = new TreeMap<>(schedule.ranNs());
        schedule.waits().forEach(wait -> wanted.merge(wait.pid(), wait.ns(), Long::sum));
        // Between a start and its event a switch may take some time.
        long most = (long) (schedule.endNs() * .98);
        return wanted.entrySet().stream()
                .filter(entry -> entry.getValue() >= most)
                .map(Map.Entry::getKey)
                .toList();
    }

    private Judgement sharesByWeight(Schedule schedule) {
        List<Integer> hungry = hungry(schedule);
        if (hungry.size() <= schedule.nrCpus() || hungry.size() < 2) {
            return Judgement.cannotBeJudged(
                    "%d tasks always want one of %d CPUs; it takes more tasks than CPUs."
                            .formatted(hungry.size(), schedule.nrCpus()));
        }
        Map<Integer, Long> ran = schedule.ranNs();
        var weights = new TreeMap<Integer, Double>();
        hungry.forEach(pid -> weights.put(pid, (double) schedule.tasks().get(pid).weight()));
        if (weights.containsValue((double) Schedule.NO_WEIGHT)) {
            return Judgement.cannotBeJudged("The weights are not known.");
        }
        long runs = schedule.runs().stream().filter(run -> hungry.contains(run.pid())).count();
        double total = hungry.stream().mapToLong(ran::get).sum();
        if (runs < (long) MIN_RUNS * hungry.size()) {
            return Judgement.cannotBeJudged(
                    "%d turns of %d tasks are too few to have shares."
                            .formatted(runs, hungry.size()));
        }
        Map<Integer, Double> fair = fair(weights, total, schedule.endNs());
        int worst =
                hungry.stream()
                        .max(
                                Comparator.comparingDouble(
                                        pid -> Math.abs(ran.get(pid) - fair.get(pid))))
                        .orElseThrow();
        double off = 100 * (ran.get(worst) - fair.get(worst)) / total;
        String what =
                String.format(
                        Locale.ROOT,
                        "%s, weight %.0f, had %.1f %% of what such tasks had, and by weight %.1f %%",
                        schedule.name(worst),
                        weights.get(worst),
                        100 * ran.get(worst) / total,
                        100 * fair.get(worst) / total);
        return Math.abs(off) <= amount
                ? Judgement.kept(what + "; nobody was further off.")
                : Judgement.broken(
                        String.format(
                                Locale.ROOT,
                                "%s: %.1f %% too %s.",
                                what,
                                Math.abs(off),
                                off > 0 ? "much" : "little"));
    }

    /** Divides time by weights, no task getting more than there is of one CPU. */
    private static Map<Integer, Double> fair(
            Map<Integer, Double> weights, double total, double oneCpu) {
        var fair = new HashMap<Integer, Double>();
        var open = new TreeMap<>(weights);
        double left = total;
        for (boolean capped = true; capped && !open.isEmpty(); ) {
            capped = false;
            double sum = open.values().stream().mapToDouble(Double::doubleValue).sum();
            double now = left;
            for (int pid : List.copyOf(open.keySet())) {
                if (now * open.get(pid) / sum > oneCpu) {
                    fair.put(pid, oneCpu);
                    open.remove(pid);
                    left -= oneCpu;
                    capped = true;
                }
            }
        }
        double sum = open.values().stream().mapToDouble(Double::doubleValue).sum();
        for (var entry : open.entrySet()) {
            fair.put(entry.getKey(), left * entry.getValue() / sum);
        }
        return fair;
    }

    private Judgement runsInTurn(Schedule schedule) {
        List<Integer> hungry = hungry(schedule);
        if (hungry.size() <= schedule.nrCpus() || hungry.size() < 2) {
            return Judgement.cannotBeJudged(
                    "%d tasks always want one of %d CPUs; it takes more tasks than CPUs."
                            .formatted(hungry.size(), schedule.nrCpus()));
        }
        // How many turns each has had; one that is kept on its CPU has the same turn still.
        var turns = new HashMap<Integer, Integer>();
        hungry.forEach(pid -> turns.put(pid, 0));
        var last = new HashMap<Integer, Run>();
        int most = 0;
        for (Run run : schedule.runs()) {
            if (!turns.containsKey(run.pid())) {
                continue;
            }
            Run before = last.put(run.pid(), run);
            if (before != null && before.toNs() == run.fromNs()) {
                continue;
            }
            int nr = turns.merge(run.pid(), 1, Integer::sum);
            most = Math.max(most, nr);
            for (int other : hungry) {
                if (nr - turns.get(other) > 1) {
                    return Judgement.broken(
                            "%s had its turn %d at %s, and %s, which waited, had had %d."
                                    .formatted(
                                            schedule.name(run.pid()),
                                            nr,
                                            ms(run.fromNs()),
                                            schedule.name(other),
                                            turns.get(other)));
                }
            }
        }
        return most < 2
                ? Judgement.cannotBeJudged("No task had a second turn.")
                : Judgement.kept("%d tasks had up to %d turns.".formatted(hungry.size(), most));
    }

    private static Judgement staysOnCpu(Schedule schedule) {
        if (schedule.nrCpus() < 2) {
            return Judgement.cannotBeJudged("There is but one CPU.");
        }
        var turns = new HashMap<Integer, Integer>();
        for (Run run : schedule.runs()) {
            turns.merge(run.pid(), 1, Integer::sum);
            if (run.moved()) {
                return Judgement.broken(
                        "%s went to CPU %d at %s."
                                .formatted(schedule.name(run.pid()), run.cpu(), ms(run.fromNs())));
            }
        }
        return turns.values().stream().noneMatch(nr -> nr > 1)
                ? Judgement.cannotBeJudged("No task ran twice.")
                : Judgement.kept("No task ran on a second CPU.");
    }

    private Judgement workConserving(Schedule schedule) {
        List<Wait> waits = schedule.waits();
        if (waits.isEmpty()) {
            return Judgement.cannotBeJudged("No task had to wait.");
        }
        double longest = 0;
        String what = "";
        int next = 0;
        List<Wait> byStart = new ArrayList<>(waits);
        for (IdleBesideWork.Idle idle : IdleBesideWork.idles(schedule)) {
            while (next < byStart.size() && byStart.get(next).toNs() <= idle.fromNs()) {
                next++;
            }
            for (int i = next; i < byStart.size() && byStart.get(i).fromNs() < idle.toNs(); i++) {
                Wait wait = byStart.get(i);
                if (!IdleBesideWork.may(schedule, wait, idle.cpu())) {
                    continue;
                }
                long from = Math.max(wait.fromNs(), idle.fromNs());
                double ns = Math.min(wait.toNs(), idle.toNs()) - (double) from;
                if (ns > longest) {
                    longest = ns;
                    what =
                            "CPU %d was idle for %s from %s on while %s waited"
                                    .formatted(
                                            idle.cpu(),
                                            ms(ns),
                                            ms(from),
                                            schedule.name(wait.pid()));
                }
            }
        }
        return longest <= amount
                ? Judgement.kept(
                        what.isEmpty() ? "No CPU was idle while a task waited." : what + ".")
                : Judgement.broken(what + ", " + ms(longest - amount) + " too long.");
    }
}
