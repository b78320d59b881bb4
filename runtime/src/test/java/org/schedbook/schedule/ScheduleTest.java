package org.schedbook.schedule;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.StringWriter;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.schedbook.schedule.Schedule.End;
import org.schedbook.schedule.Schedule.Run;
import org.schedbook.schedule.Schedule.Wait;

/** A schedule says who ran, waited and was woken, as it was told. */
class ScheduleTest {

    private static Schedule.Builder twoTasks() {
        return new Schedule.Builder().task(1, "a", 100).task(2, "b", 200);
    }

    @Test
    void aWaitIsFromTheWakeUpOrThePreemptionToTheRun() {
        Schedule schedule =
                twoTasks()
                        .wakes(0, 0, 1, 0)
                        .starts(0, 0, 1)
                        .wakes(5, 0, 2, 1)
                        .stops(10, 0, 1, End.PREEMPTED)
                        .starts(10, 0, 2)
                        .stops(13, 0, 2, End.SLEPT)
                        .starts(13, 1, 1)
                        .stops(20, 1, 1, End.ENDED)
                        .wakes(21, 0, 2, 0)
                        .build("simulated", 2, 30);
        assertEquals(
                List.of(
                        new Run(0, 1, 0, 10, false, End.PREEMPTED),
                        new Run(0, 2, 10, 13, false, End.SLEPT),
                        new Run(1, 1, 13, 20, true, End.ENDED)),
                schedule.runs());
        assertEquals(
                List.of(
                        new Wait(2, 5, 10, true),
                        new Wait(1, 10, 13, true),
                        new Wait(2, 21, 30, false)),
                schedule.waits());
        assertEquals(Map.of(1, 17L, 2, 3L), schedule.ranNs());
        assertEquals("b 2", schedule.name(2));
        assertEquals("task 9", schedule.name(9));
    }

    @Test
    void whoRunsAtTheEndGoesOnAndWhoRanAtTheBeginningDidSoFromThere() {
        Schedule schedule =
                twoTasks().stops(4, 1, 2, End.PREEMPTED).starts(4, 1, 1).build("recorded", 1, 9);
        assertEquals(
                List.of(
                        new Run(1, 2, 0, 4, false, End.PREEMPTED),
                        new Run(1, 1, 4, 9, false, End.GOES_ON)),
                schedule.runs());
        assertEquals(2, schedule.nrCpus());
        assertEquals(List.of(new Wait(2, 4, 9, false)), schedule.waits());
    }

    /** The kernel tells of wakings of tasks that run: such a task had but thought of sleeping. */
    @Test
    void whoIsWokenWhileItRunsDoesNotWait() {
        Schedule schedule =
                twoTasks()
                        .starts(0, 0, 1)
                        .wakes(5, 0, 1, 2)
                        .stops(100, 0, 1, End.SLEPT)
                        .starts(100, 0, 2)
                        .wakes(180, 0, 1, 2)
                        .stops(190, 0, 2, End.PREEMPTED)
                        .starts(190, 0, 1)
                        .wakes(192, 0, 1, 0)
                        .stops(195, 0, 1, End.PREEMPTED)
                        .starts(195, 0, 2)
                        .stops(200, 0, 2, End.ENDED)
                        .build("recorded", 1, 210);
        assertEquals(
                List.of(
                        new Wait(1, 180, 190, true),
                        new Wait(2, 190, 195, true),
                        new Wait(1, 195, 210, false)),
                schedule.waits());
    }

    @Test
    void whoWasWokenWhileItFellAsleepWaitsFromThen() {
        Schedule schedule =
                twoTasks()
                        .starts(0, 0, 1)
                        .wakes(9, 1, 1, 2)
                        .stops(10, 0, 1, End.SLEPT)
                        .starts(15, 0, 1)
                        .stops(20, 0, 1, End.ENDED)
                        .build("recorded", 1, 20);
        assertEquals(List.of(new Wait(1, 10, 15, true)), schedule.waits());
    }

    @Test
    void whoRunsOrIsWokenIsATask() {
        Schedule schedule = twoTasks().wakes(0, 0, 8, 0).starts(0, 0, 7).build("recorded", 1, 9);
        assertEquals("task 7", schedule.name(7));
        assertEquals(Map.of(1, 0L, 2, 0L, 7, 9L, 8, 0L), schedule.ranNs());
    }

    @Test
    void aStopWhoseStartIsLostTellsNothing() {
        Schedule schedule =
                twoTasks()
                        .starts(1, 0, 1)
                        .stops(2, 0, 1, End.SLEPT)
                        .stops(8, 0, 2, End.SLEPT)
                        .gap("the kernel lost 3 events")
                        .build("recorded", 1, 9);
        assertEquals(List.of(new Run(0, 1, 1, 2, false, End.SLEPT)), schedule.runs());
        assertEquals(List.of("the kernel lost 3 events"), schedule.gaps());
    }

    @Test
    void anEmptyScheduleIsOne() throws Exception {
        Schedule schedule = new Schedule.Builder().build("simulated", 1, 0);
        assertEquals(List.of(), schedule.waits());
        var out = new StringWriter();
        ChromeTrace.write(schedule, out);
        assertTrue(out.toString().contains("CPU 0"), out.toString());
    }

    @Test
    void aMomentTellsWhatATaskDidThen() {
        Schedule schedule =
                twoTasks()
                        .starts(0, 0, 1)
                        .wakes(5, 0, 2, 1)
                        .stops(10, 0, 1, End.SLEPT)
                        .starts(10, 0, 2)
                        .stops(20, 0, 2, End.ENDED)
                        .build("recorded", 1, 30);
        Moment waiting = Moment.of(schedule, 2, 7);
        assertTrue(waiting.waits() && !waiting.runs());
        assertEquals(1, waiting.woken().orElseThrow().waker());
        assertEquals(List.of(1), waiting.others().stream().map(Run::pid).toList());
        assertTrue(Moment.of(schedule, 2, 15).runs());
        assertTrue(Moment.of(schedule, 2, 25).hasEnded());
    }

    /** A million events, as a recording has at most a few of: in well under the memory there is. */
    @Test
    void aMillionEventsAreASchedule() {
        int nrCpus = 8;
        int nrTasks = 100;
        var schedule = new Schedule.Builder();
        long time = 0;
        for (int i = 0; i < 333_333; i++) {
            int pid = 1 + i % nrTasks;
            int cpu = i % nrCpus;
            schedule.wakes(time, cpu, pid, 0);
            schedule.starts(time + 1, cpu, pid);
            schedule.stops(time + 2, cpu, pid, End.SLEPT);
            time += 3;
        }
        Schedule built = schedule.build("simulated", nrCpus, time);
        assertEquals(333_333, built.runs().size());
        assertEquals(333_333, built.waits().size());
        assertEquals(333_333, built.waits().stream().mapToLong(Wait::ns).sum());
    }
}
