package org.schedbook.check;

import java.util.List;
import java.util.Optional;
import org.schedbook.schedule.Schedule;
import org.schedbook.schedule.Schedule.End;
import org.schedbook.schedule.Schedule.Run;

/**
 * A load that puts promises to the test on a real kernel, to be recorded there.
 *
 * @param what a few words
 * @param command what makes the load: its hogs are those called so
 */
public record GuestExercise(String what, List<String> command) {

    private static final String HOG = "hog";

    /** A name is that of the file that is run. */
    private static final String SCRIPT =
            """
            d=$(mktemp -d); n=$(nproc)
            ln -s "$(command -v sh)" $d/hog; ln -s "$(command -v sh)" $d/sleeper
            pids=; i=0
            while [ $i -lt $n ]; do
                $d/hog -c 'while :; do :; done' & pids="$pids $!"
                nice -n 5 $d/hog -c 'while :; do :; done' & pids="$pids $!"
                i=$((i + 1))
            done
            %s
            sleep 2; kill $pids; wait; rm -r $d
            """;

    private static final String SLEEPER =
            "$d/sleeper -c 'while :; do sleep .02; done' & pids=\"$pids $!\"";

    /** The loads that a policy is held to; none of the tasks is due more than a CPU. */
    public static final List<GuestExercise> ALL =
            List.of(
                    new GuestExercise(
                            "two hogs a CPU, one of nice 0 and one of nice 5",
                            List.of("sh", "-c", SCRIPT.formatted(""))),
                    new GuestExercise(
                            "the same, beside one that sleeps most of the time",
                            List.of("sh", "-c", SCRIPT.formatted(SLEEPER))));

    /** Returns the part of its schedule in which all hogs are there; empty if there is none. */
    public static Optional<Schedule> whileAllAreThere(Schedule schedule) {
        long from = 0;
        long to = schedule.endNs();
        int nr = 0;
        for (Schedule.Task task : schedule.tasks().values()) {
            if (!task.comm().equals(HOG)) {
                continue;
            }
            nr++;
            List<Run> runs =
                    schedule.runs().stream().filter(run -> run.pid() == task.pid()).toList();
            if (runs.isEmpty()) {
                return Optional.empty();
            }
            from = Math.max(from, runs.getFirst().fromNs());
            if (runs.getLast().end() == End.ENDED) {
                to = Math.min(to, runs.getLast().fromNs());
            }
        }
        return nr == 0 || to <= from ? Optional.empty() : Optional.of(schedule.between(from, to));
    }
}
