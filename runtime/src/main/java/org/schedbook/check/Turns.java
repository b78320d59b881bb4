package org.schedbook.check;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.schedbook.schedule.Schedule;
import org.schedbook.schedule.Schedule.End;
import org.schedbook.schedule.Schedule.Run;

/** Stretches of tasks on CPUs: a task that keeps its CPU when a slice ends has the same turn. */
final class Turns {

    /** Returns them in the order of their starts. */
    static List<Run> of(Schedule schedule) {
        var turns = new ArrayList<Run>();
        int[] last = new int[schedule.nrCpus()];
        Arrays.fill(last, -1);
        for (Run run : schedule.runs()) {
            int place = last[run.cpu()];
            Run before = place < 0 ? null : turns.get(place);
            boolean same =
                    before != null
                            && before.pid() == run.pid()
                            && before.toNs() == run.fromNs()
                            && before.end() == End.PREEMPTED;
            if (same) {
                turns.set(
                        place,
                        new Run(
                                run.cpu(),
                                run.pid(),
                                before.fromNs(),
                                run.toNs(),
                                before.moved(),
                                run.end()));
            } else if (run.ns() > 0 || run.end() != End.PREEMPTED) {
                last[run.cpu()] = turns.size();
                turns.add(run);
            }
        }
        return turns;
    }

    private Turns() {}
}
