package org.schedbook.magic;

import java.math.BigDecimal;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.schedbook.jupyter.CellError;
import org.schedbook.jupyter.Magic;
import org.schedbook.jupyter.MagicCall;
import org.schedbook.jupyter.Table;
import org.schedbook.schedule.Moment;
import org.schedbook.schedule.Schedule;
import org.schedbook.session.Recorded;
import org.schedbook.session.Session;
import org.schedbook.target.sim.SimResult;
import org.schedbook.target.sim.Trace;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code %why TASK@TIME}: what a policy decided, and with what in its queues. */
@Command(
        description = {
            "Tells what the policy had decided about a task at a time of the last simulation; of a"
                    + " recording, who had the CPUs meanwhile.",
            "",
            "Shows the last insert before that time, who else was in that queue then, and the"
                    + " task's last events. A task is its number in %timeline, or its name, which"
                    + " is then the first of that name.",
        },
        footer = {
            "Examples:",
            "  %why 12@3.5ms",
            "  %why interactive@20ms",
            "  %why batch@20ms --policy fifo"
        })
final class WhyMagic implements Magic {

    private static final Pattern WHERE = Pattern.compile("(.+)@([^@]+)");

    private static final int SHOWN = 20;

    @Parameters(
            paramLabel = "TASK@TIME",
            completionCandidates = Candidates.Tasks.class,
            description = "Which task, and when: 12@3.5ms.")
    private String where;

    @Option(
            names = "--policy",
            paramLabel = "POLICY",
            completionCandidates = Candidates.SimulatedPolicies.class,
            description = "Of those simulated; by default the last.")
    private String policy;

    private final Session session;

    WhyMagic(Session session) {
        this.session = session;
    }

    @Override
    public Object run(MagicCall call) {
        Matcher matcher = WHERE.matcher(where);
        if (!matcher.matches()) {
            throw new CellError("'" + where + "' is no task and time.")
                    .next("Write them like this: %why 12@3.5ms");
        }
        Optional<Recorded> recorded = session.figures().recorded();
        if (recorded.isPresent() && policy == null) {
            Schedule schedule = recorded.get().schedule();
            int pid = task(schedule.tasks().values(), matcher.group(1)).pid();
            return told(schedule, Moment.of(schedule, pid, time(matcher.group(2), schedule)));
        }
        SimResult result = TimelineMagic.result(TimelineMagic.simulated(session), policy);
        int pid = task(result.schedule().tasks().values(), matcher.group(1)).pid();
        long time = time(matcher.group(2), result.schedule());
        try {
            return table(result, result.why(pid, time));
        } catch (IllegalStateException e) {
            throw new CellError("The events kept of that simulation end before that time.")
                    .next("Ask for an earlier one, or simulate something smaller.");
        }
    }

    private static long time(String written, Schedule schedule) {
        long time = SimMachineOptions.time(written);
        if (time > schedule.endNs()) {
            throw new CellError(
                            "The schedule ends before that, at %s."
                                    .formatted(milliseconds(schedule.endNs())))
                    .next("Ask for an earlier time.");
        }
        return time;
    }

    private static Schedule.Task task(Collection<Schedule.Task> tasks, String name) {
        List<Schedule.Task> inOrder =
                tasks.stream().sorted(Comparator.comparingInt(Schedule.Task::pid)).toList();
        return inOrder.stream()
                .filter(task -> task.comm().equals(name) || String.valueOf(task.pid()).equals(name))
                .findFirst()
                .orElseThrow(
                        () ->
                                new CellError("There was no task '" + name + "'.")
                                        .next(
                                                "There were: "
                                                        + inOrder.stream()
                                                                .map(Schedule.Task::comm)
                                                                .distinct()
                                                                .limit(SHOWN)
                                                                .collect(Collectors.joining(", "))
                                                        + "; %timeline shows their numbers."));
    }

    /** As far as the kernel told: who was there, and what was decided if it could be probed. */
    private static Object told(Schedule schedule, Moment moment) {
        if (moment.others().isEmpty()) {
            return sentence(schedule, moment);
        }
        return new Table(
                sentence(schedule, moment),
                List.of("CPU", "ran while it waited", "from, ms", "for, ms"),
                moment.others().stream()
                        .limit(SHOWN)
                        .map(
                                run ->
                                        List.of(
                                                String.valueOf(run.cpu()),
                                                schedule.name(run.pid()),
                                                "%,.6f".formatted(run.fromNs() / 1e6),
                                                "%,.6f".formatted(run.ns() / 1e6)))
                        .toList());
    }

    private static String sentence(Schedule schedule, Moment moment) {
        String who =
                "At %s %s ".formatted(milliseconds(moment.timeNs()), schedule.name(moment.pid()));
        String woken =
                moment.woken()
                        .map(
                                wake ->
                                        " It was woken at %s%s."
                                                .formatted(
                                                        milliseconds(wake.timeNs()),
                                                        wake.waker() == 0
                                                                ? ""
                                                                : " by "
                                                                        + schedule.name(
                                                                                wake.waker())))
                        .orElse("");
        String inserted =
                moment.inserted()
                        .map(
                                insert ->
                                        " At %s it was put into %s with a slice of %s%s."
                                                .formatted(
                                                        milliseconds(insert.timeNs()),
                                                        SimResult.dsqName(insert.dsq()),
                                                        milliseconds(insert.sliceNs()),
                                                        insert.byVtime()
                                                                ? " and vtime " + insert.vtime()
                                                                : ""))
                        .orElse("");
        String waited =
                moment.waited()
                        .map(
                                wait ->
                                        " It waited from %s for %s."
                                                .formatted(
                                                        milliseconds(wait.fromNs()),
                                                        milliseconds(wait.ns())))
                        .orElse("");
        String state =
                moment.runs()
                        ? "ran on CPU %d, from %s on."
                                .formatted(
                                        moment.run().get().cpu(),
                                        milliseconds(moment.run().get().fromNs()))
                        : moment.waits()
                                ? "waited for a CPU."
                                : moment.hasEnded() ? "had ended." : "slept.";
        return who + state + woken + inserted + waited;
    }

    /** The decision in a sentence, and below it what led there. */
    private static Table table(SimResult result, SimResult.Why why) {
        return new Table(
                decision(result, why),
                List.of("time, ms", "CPU", "event", "details"),
                why.events().stream()
                        .map(
                                event ->
                                        List.of(
                                                "%,.6f".formatted(event.timeNs() / 1e6),
                                                String.valueOf(event.cpu()),
                                                event.kind().name(),
                                                detail(result, event)))
                        .toList());
    }

    private static String decision(SimResult result, SimResult.Why why) {
        String task = TimelineMagic.name(result, why.pid());
        Trace.Event insert = why.decision();
        if (insert == null) {
            return "Task %d, %s, was in no DSQ yet.".formatted(why.pid(), task);
        }
        String others =
                switch (why.others().size()) {
                    case 0 -> "Nobody else was there.";
                    case 1 -> "One other was there: ";
                    default ->
                            "%d others were there, in the order they came: "
                                    .formatted(why.others().size());
                };
        return "At %s the policy put task %d, %s, into %s with a slice of %s%s. %s%s%s"
                .formatted(
                        milliseconds(insert.timeNs()),
                        why.pid(),
                        task,
                        SimResult.dsqName(insert.argument()),
                        milliseconds(insert.argument2()),
                        insert.byVtime() ? " and vtime " + insert.vtime() : "",
                        others,
                        why.others().stream()
                                .limit(SHOWN)
                                .map(pid -> TimelineMagic.name(result, pid))
                                .collect(Collectors.joining(", ")),
                        why.others().size() > SHOWN ? ", …" : why.others().isEmpty() ? "" : ".");
    }

    private static String detail(SimResult result, Trace.Event event) {
        return switch (event.kind()) {
            case WAKE ->
                    event.argument() == 0
                            ? ""
                            : "by " + TimelineMagic.name(result, (int) event.argument());
            case ENQUEUE, KICK -> "flags 0x" + Long.toHexString(event.argument());
            case INSERT ->
                    "%s, slice %s%s"
                            .formatted(
                                    SimResult.dsqName(event.argument()),
                                    milliseconds(event.argument2()),
                                    event.byVtime() ? ", vtime " + event.vtime() : "");
            default -> "";
        };
    }

    private static String milliseconds(long ns) {
        return BigDecimal.valueOf(ns, 6).stripTrailingZeros().toPlainString() + " ms";
    }
}
