package org.schedbook.check;

import static java.util.stream.Collectors.groupingBy;
import static java.util.stream.Collectors.toCollection;

import java.math.BigDecimal;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.IntFunction;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.schedbook.check.IdleBesideWork.Idle;
import org.schedbook.schedule.Schedule;
import org.schedbook.schedule.Schedule.End;
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
        FAIR_BY_PROCESS(
                "fair-by-process",
                "5%",
                "processes that always want a CPU get the same, however many threads each has"),
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

    /** Of each task: with fewer it is chance who had the last one. */
    private static final int MIN_TURNS = 8;

    /**
     * Reads promises as they are typed, one after the other, the amount behind its promise.
     *
     * @throws IllegalArgumentException as {@link #of(String, String)} does
     */
    public static List<Promise> all(List<String> words) {
        var promises = new ArrayList<Promise>();
        for (int i = 0; i < words.size(); i++) {
            boolean amount = i + 1 < words.size() && words.get(i + 1).matches("\\d.*");
            promises.add(of(words.get(i), amount ? words.get(i + 1) : ""));
            i += amount ? 1 : 0;
        }
        return promises;
    }

    /** Returns each kind with its usual amount. */
    public static List<Promise> usual() {
        return List.of(Kind.values()).stream().map(kind -> of(kind, kind.usual)).toList();
    }

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
            case SHARES_BY_WEIGHT, FAIR_BY_PROCESS -> "%s %s%%".formatted(kind.word, plain(amount));
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
        if (schedule.endNs() == 0) {
            return Judgement.cannotBeJudged("It takes no time.");
        }
        boolean time = kind == Kind.NO_WAIT_OVER || kind == Kind.WORK_CONSERVING;
        if (time && amount >= schedule.endNs()) {
            return Judgement.cannotBeJudged(
                    "It lasts " + ms(schedule.endNs()) + ": nothing in it could last longer.");
        }
        return switch (kind) {
            case NO_WAIT_OVER -> noWaitOver(schedule);
            case SHARES_BY_WEIGHT -> sharesByWeight(schedule);
            case FAIR_BY_PROCESS -> fairByProcess(schedule);
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
                : Judgement.broken(
                        what + ", " + ms(wait.ns() - amount) + " too long.",
                        wait.fromNs(),
                        Hints.wait(schedule.name(wait.pid())));
    }

    // ---- Tasks that always want a CPU ----------------------------------------------------

    /** Returns the tasks that ran or waited from the beginning to the end. */
    private static SortedSet<Integer> hungry(Schedule schedule) {
        Map<Integer, Long> wanted = new TreeMap<>(schedule.ranNs());
        schedule.waits().forEach(wait -> wanted.merge(wait.pid(), wait.ns(), Long::sum));
        // Between a start and its event a switch may take some time.
        long most = (long) (schedule.endNs() * .98);
        return wanted.entrySet().stream()
                .filter(entry -> entry.getValue() >= most)
                .map(Map.Entry::getKey)
                .collect(toCollection(TreeSet::new));
    }

    private static Judgement tooFew(int hungry, int cpus) {
        return Judgement.cannotBeJudged(
                "%d %s a CPU all the time, and there %s %d; it takes more tasks than CPUs."
                        .formatted(
                                hungry,
                                hungry == 1 ? "task wants" : "tasks want",
                                cpus == 1 ? "is" : "are",
                                cpus));
    }

    private Judgement sharesByWeight(Schedule schedule) {
        SortedSet<Integer> hungry = hungry(schedule);
        if (hungry.size() <= schedule.nrCpus() || hungry.size() < 2) {
            return tooFew(hungry.size(), schedule.nrCpus());
        }
        Map<Integer, Long> ran = schedule.ranNs();
        var weights = new TreeMap<Integer, Double>();
        hungry.forEach(pid -> weights.put(pid, (double) schedule.tasks().get(pid).weight()));
        if (weights.containsValue((double) Schedule.NO_WEIGHT)) {
            return Judgement.cannotBeJudged("The weights are not known.");
        }
        Optional<Judgement> tooFew = tooFewTurns(schedule, hungry);
        if (tooFew.isPresent()) {
            return tooFew.get();
        }
        double total = hungry.stream().mapToLong(ran::get).sum();
        var caps = new HashMap<Integer, Double>();
        hungry.forEach(pid -> caps.put(pid, (double) schedule.endNs()));
        Map<Integer, Double> fair = fair(weights, total, caps);
        var had = new TreeMap<Integer, Double>();
        hungry.forEach(pid -> had.put(pid, (double) ran.get(pid)));
        var parts = new TreeMap<String, Double>();
        var times = new TreeMap<String, Double>();
        for (int pid : hungry) {
            parts.put(schedule.name(pid), weights.get(pid));
            times.put(schedule.name(pid), had.get(pid) / NS_PER_MS);
        }
        return shares(
                had,
                fair,
                pid -> "%s, weight %.0f,".formatted(schedule.name(pid), weights.get(pid)),
                "by weight",
                Hints.shares(parts, times, schedule.nrCpus()));
    }

    /** A part of a schedule may be too short to have shares in. */
    private static Optional<Judgement> tooFewTurns(Schedule schedule, Set<Integer> tasks) {
        long turns = schedule.runs().stream().filter(run -> tasks.contains(run.pid())).count();
        return turns < (long) MIN_TURNS * tasks.size()
                ? Optional.of(
                        Judgement.cannotBeJudged(
                                "%d turns of %d tasks are too few to have shares."
                                        .formatted(turns, tasks.size())))
                : Optional.empty();
    }

    /** Judges whoever is furthest off. */
    private Judgement shares(
            Map<Integer, Double> had,
            Map<Integer, Double> fair,
            IntFunction<String> names,
            String by,
            String hint) {
        double total = had.values().stream().mapToDouble(Double::doubleValue).sum();
        double most =
                fair.values().stream()
                        .mapToDouble(each -> 100 * Math.max(each, total - each) / total)
                        .max()
                        .orElseThrow();
        if (amount >= most) {
            return Judgement.cannotBeJudged(
                    String.format(Locale.ROOT, "Nobody could be more than %.1f %% off.", most));
        }
        int worst =
                had.keySet().stream()
                        .max(
                                Comparator.comparingDouble(
                                        each -> Math.abs(had.get(each) - fair.get(each))))
                        .orElseThrow();
        double off = 100 * (had.get(worst) - fair.get(worst)) / total;
        String what =
                String.format(
                        Locale.ROOT,
                        "%s had %.1f %% of the CPU time of those that always want it, and its part"
                                + " %s is %.1f %%",
                        names.apply(worst),
                        100 * had.get(worst) / total,
                        by,
                        100 * fair.get(worst) / total);
        return Math.abs(off) <= amount
                ? Judgement.kept(what + "; nobody was further off.")
                : Judgement.broken(
                        String.format(
                                Locale.ROOT,
                                "%s: %.1f %% too %s.",
                                what,
                                Math.abs(off),
                                off > 0 ? "much" : "little"),
                        0,
                        hint);
    }

    private Judgement fairByProcess(Schedule schedule) {
        SortedSet<Integer> hungry = hungry(schedule);
        var threads = new TreeMap<Integer, List<Integer>>();
        for (int pid : hungry) {
            int tgid = schedule.tasks().get(pid).tgid();
            if (tgid == Schedule.NO_TGID) {
                return Judgement.cannotBeJudged(
                        "It is not known which process each task belongs to.");
            }
            threads.computeIfAbsent(tgid, _ -> new ArrayList<>()).add(pid);
        }
        if (threads.values().stream().map(List::size).distinct().count() < 2
                || hungry.size() <= schedule.nrCpus()) {
            return Judgement.cannotBeJudged(
                    "It takes processes of different numbers of threads that always want a CPU,"
                            + " and more threads than CPUs.");
        }
        Optional<Judgement> tooFew = tooFewTurns(schedule, hungry);
        if (tooFew.isPresent()) {
            return tooFew.get();
        }
        Map<Integer, Long> ran = schedule.ranNs();
        var had = new TreeMap<Integer, Double>();
        var parts = new TreeMap<Integer, Double>();
        var caps = new HashMap<Integer, Double>();
        threads.forEach(
                (tgid, pids) -> {
                    had.put(tgid, (double) pids.stream().mapToLong(ran::get).sum());
                    parts.put(tgid, 1.0);
                    caps.put(tgid, (double) schedule.endNs() * pids.size());
                });
        double total = had.values().stream().mapToDouble(Double::doubleValue).sum();
        return shares(
                had,
                fair(parts, total, caps),
                tgid ->
                        "the process of %s, with %d %s,"
                                .formatted(
                                        schedule.name(threads.get(tgid).getFirst()),
                                        threads.get(tgid).size(),
                                        threads.get(tgid).size() == 1 ? "thread" : "threads"),
                "by process",
                "task.tgid() is the process of a task: what have all of its threads had?");
    }

    /** Divides time by weights, nobody getting more than there is for them at most. */
    private static Map<Integer, Double> fair(
            Map<Integer, Double> weights, double total, Map<Integer, Double> caps) {
        var fair = new HashMap<Integer, Double>();
        var open = new TreeMap<>(weights);
        double left = total;
        for (boolean capped = true; capped && !open.isEmpty(); ) {
            capped = false;
            double sum = open.values().stream().mapToDouble(Double::doubleValue).sum();
            double now = left;
            for (int each : List.copyOf(open.keySet())) {
                double cap = caps.get(each);
                if (now * open.get(each) / sum > cap) {
                    fair.put(each, cap);
                    open.remove(each);
                    left -= cap;
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
        SortedSet<Integer> hungry = hungry(schedule);
        if (hungry.size() <= schedule.nrCpus() || hungry.size() < 2) {
            return tooFew(hungry.size(), schedule.nrCpus());
        }
        Map<Integer, Deque<Wait>> waits =
                schedule.waits().stream()
                        .filter(wait -> hungry.contains(wait.pid()))
                        .collect(groupingBy(Wait::pid, toCollection(ArrayDeque::new)));
        var turns = new HashMap<Integer, Integer>();
        var began = new HashMap<Integer, Long>();
        var onCpus = new HashMap<Integer, Run>();
        for (Run run : Turns.of(schedule)) {
            Run before = onCpus.put(run.cpu(), run);
            if (!hungry.contains(run.pid()) || goesOn(schedule, before, run)) {
                continue;
            }
            turns.merge(run.pid(), 1, Integer::sum);
            Long first = began.put(run.pid(), run.fromNs());
            if (first == null) {
                continue;
            }
            for (Deque<Wait> of : waits.values()) {
                while (!of.isEmpty() && of.getFirst().toNs() <= run.fromNs()) {
                    of.removeFirst();
                }
                if (!of.isEmpty() && of.getFirst().fromNs() <= first) {
                    return outOfTurn(schedule, first, run, of.getFirst());
                }
            }
        }
        int most = turns.values().stream().mapToInt(Integer::intValue).max().orElse(0);
        return most < 2
                ? Judgement.cannotBeJudged("No task had a second turn.")
                : Judgement.kept(
                        "%d tasks had up to %d turns, none of them two while another waited."
                                .formatted(hungry.size(), most));
    }

    /** Whether a turn was but interrupted, by a task of which the schedule does not tell. */
    private static boolean goesOn(Schedule schedule, Run before, Run run) {
        return schedule.partial()
                && before != null
                && before.pid() == run.pid()
                && before.end() == End.PREEMPTED;
    }

    private static Judgement outOfTurn(Schedule schedule, long firstNs, Run second, Wait wait) {
        return Judgement.broken(
                "%s had two turns, at %s and at %s, while %s waited from %s on."
                        .formatted(
                                schedule.name(second.pid()),
                                ms(firstNs),
                                ms(second.fromNs()),
                                schedule.name(wait.pid()),
                                ms(wait.fromNs())),
                second.fromNs(),
                "A queue of all that wait, in which each goes to the end again, keeps the order.");
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
                                .formatted(schedule.name(run.pid()), run.cpu(), ms(run.fromNs())),
                        run.fromNs(),
                        "A queue for each CPU keeps tasks where they were; SCX_DSQ_GLOBAL does not.");
            }
        }
        return turns.values().stream().noneMatch(nr -> nr > 1)
                ? Judgement.cannotBeJudged("No task ran twice.")
                : Judgement.kept("No task ran on a second CPU.");
    }

    private Judgement workConserving(Schedule schedule) {
        if (schedule.partial()) {
            return Judgement.cannotBeJudged(
                    "It tells of some tasks only: a CPU may have run another one.");
        }
        List<Wait> waits = schedule.waits();
        if (waits.isEmpty()) {
            return Judgement.cannotBeJudged("No task had to wait.");
        }
        Optional<Idle> longest =
                IdleBesideWork.besideWork(schedule, waits).stream()
                        .max(Comparator.comparingLong(Idle::ns));
        if (longest.isEmpty()) {
            return Judgement.kept("No CPU was idle while a task waited.");
        }
        Idle idle = longest.get();
        Wait first = IdleBesideWork.waiting(schedule, waits, idle);
        String what =
                "CPU %d was idle for %s from %s on while %s waited%s"
                        .formatted(
                                idle.cpu(),
                                ms(idle.ns()),
                                ms(idle.fromNs()),
                                schedule.name(first.pid()),
                                first.toNs() < idle.toNs() ? ", and then others" : "");
        return idle.ns() <= amount
                ? Judgement.kept(what + ".")
                : Judgement.broken(
                        what + ", " + ms(idle.ns() - amount) + " too long.",
                        idle.fromNs(),
                        Hints.idle());
    }
}
