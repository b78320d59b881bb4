package org.schedbook.view;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTimeout;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.dflib.jjava.jupyter.kernel.display.DisplayData;
import org.dflib.jjava.jupyter.kernel.display.mime.MIMEType;
import org.junit.jupiter.api.Test;
import org.schedbook.jupyter.RecordingFrontend;
import org.schedbook.plot.CpuTimePlot;
import org.schedbook.plot.Timeline;
import org.schedbook.plot.Timeline.Arrow;
import org.schedbook.plot.Timeline.Bar;
import org.schedbook.schedule.Schedule;
import org.schedbook.schedule.Schedule.End;
import org.schedbook.view.ScheduleChart.Labelled;

/** How schedules are drawn: with tasks, beside one another, and when there is much of them. */
class ScheduleChartTest {

    private static final long MS = 1_000_000;

    /** Task 1 wakes task 2, which waits in two DSQs before it runs. */
    private static Schedule two() {
        return new Schedule.Builder()
                .task(1, "a", 100)
                .task(2, "b", 300)
                .starts(0, 0, 1)
                .wakes(4 * MS, 0, 2, 1)
                .inserted(4 * MS, 2, 5, MS)
                .inserted(6 * MS, 2, 7, MS)
                .stops(10 * MS, 0, 1, End.PREEMPTED)
                .starts(10 * MS, 0, 2)
                .stops(20 * MS, 0, 2, End.PREEMPTED)
                .build("simulated", 1, 20 * MS);
    }

    private static ScheduleChart chart(boolean whole, Labelled... of) {
        return new ScheduleChart(List.of(of), 0, Optional.empty(), whole, true, true);
    }

    @Test
    void aTaskThatWaitsHasAThinLineForEachDsqAndAnArrowFromWhoWokeIt() {
        Timeline timeline = chart(false, new Labelled("", two())).timeline("t", "c");
        assertEquals(List.of("CPU 0", "a 1", "b 2"), timeline.rows());
        assertEquals(
                List.of(
                        new Bar(2, "in DSQ 5", 4 * MS, 6 * MS, false, true),
                        new Bar(2, "in DSQ 7", 6 * MS, 10 * MS, false, true),
                        new Bar(1, "waits", 10 * MS, 20 * MS, false, true)),
                timeline.bars().stream().filter(Bar::thin).toList());
        assertEquals(List.of(new Arrow(4 * MS, 1, 2)), timeline.arrows());
        assertTrue(timeline.text().contains("b 2    |.............."), timeline.text());
        assertTrue(timeline.text().contains("- waits"), timeline.text());
        assertTrue(timeline.png().length > 0);
    }

    /** As vtime@kernel does: the task is put back, and then the kernel tells of the switch. */
    @Test
    void whoIsPutBackBeforeItLosesItsCpuWaitsInThatDsq() {
        Schedule schedule =
                new Schedule.Builder()
                        .task(1, "a", 100)
                        .task(2, "b", 100)
                        .inserted(0, 1, 5, MS)
                        .starts(0, 0, 1)
                        .inserted(9 * MS, 1, 7, MS)
                        .stops(10 * MS, 0, 1, End.PREEMPTED)
                        .starts(10 * MS, 0, 2)
                        .stops(20 * MS, 0, 2, End.SLEPT)
                        .starts(20 * MS, 0, 1)
                        .build("recorded", 1, 30 * MS);
        Timeline timeline = chart(false, new Labelled("", schedule)).timeline("t", "c");
        assertEquals(
                List.of(new Bar(1, "in DSQ 7", 10 * MS, 20 * MS, false, true)),
                timeline.bars().stream().filter(Bar::thin).toList());
    }

    /** With as many waits and inserts as this, to look through all for each is never to end. */
    @Test
    void twoThatTakeTurnsAHundredThousandTimesAreDrawn() {
        var schedule = new Schedule.Builder().task(1, "a", 100).task(2, "b", 100);
        for (int i = 0; i < 100_000; i++) {
            int pid = 1 + i % 2;
            schedule.inserted(i * 10L, pid, 5, MS).starts(i * 10L, 0, pid);
            schedule.stops(i * 10L + 10, 0, pid, End.PREEMPTED);
        }
        var labelled = new Labelled("", schedule.build("simulated", 1, 0));
        Timeline timeline =
                assertTimeout(
                        Duration.ofSeconds(30), () -> chart(true, labelled).timeline("t", "c"));
        assertEquals(1_000_000, timeline.toNs());
    }

    @Test
    void twoSchedulesHaveOneTimeAxis() {
        Schedule longer = two().lasting(40 * MS);
        Timeline timeline = ScheduleChart.of(new Labelled("", two())).timeline("one", "c");
        assertEquals(20 * MS, timeline.endNs());
        timeline =
                new ScheduleChart(
                                List.of(new Labelled("x", two()), new Labelled("y", longer)),
                                0,
                                Optional.empty(),
                                false,
                                false,
                                false)
                        .timeline("two", "c");
        assertEquals(List.of("x CPU 0", "", "y CPU 0"), timeline.rows());
        assertEquals(40 * MS, timeline.endNs());
        assertEquals(List.of(0, 2, 0, 2), timeline.bars().stream().map(Bar::row).toList());
        assertTrue(timeline.altText().contains("x CPU 0 busy 50 %"), timeline.altText());
    }

    /** A thousand tasks of two names by turns on four CPUs, two milliseconds each. */
    private static Schedule thousand() {
        var schedule = new Schedule.Builder();
        for (int pid = 1; pid <= 1000; pid++) {
            schedule.task(pid, pid % 2 == 0 ? "sender" : "receiver", 100);
            schedule.wakes(0, 0, pid, 0);
        }
        for (int turn = 0; turn < 1000; turn++) {
            for (int cpu = 0; cpu < 4; cpu++) {
                int pid = (turn * 4 + cpu) % 1000 + 1;
                schedule.starts(turn * 2 * MS, cpu, pid);
            }
            for (int cpu = 0; cpu < 4; cpu++) {
                schedule.stops(
                        (turn + 1) * 2 * MS, cpu, (turn * 4 + cpu) % 1000 + 1, End.PREEMPTED);
            }
        }
        return schedule.build("simulated", 4, 2000 * MS);
    }

    @Test
    void aThousandTasksArePutTogether() {
        Timeline timeline = chart(true, new Labelled("", thousand())).timeline("many", "c");
        assertEquals(2000 * MS, timeline.toNs());
        List<Bar> cpus = timeline.bars().stream().filter(bar -> bar.row() < 4).toList();
        assertEquals(4 * 240, cpus.size());
        assertEquals(
                List.of("receiver ×500", "sender ×500"),
                cpus.stream().map(Bar::task).distinct().sorted().toList());
        assertEquals(4 + 24, timeline.rows().size());
        assertTrue(
                timeline.caption().contains("4,000 runs are put together: each bar is 8.333 ms"),
                timeline.caption());
        assertTrue(timeline.caption().contains("24 of 1000 tasks have rows."), timeline.caption());
        assertTrue(timeline.text().contains("A "), timeline.text());
    }

    /** Two tasks that take turns for so long that not each turn can be drawn. */
    @Test
    void rowsOfTasksGoOnToTheEnd() {
        var schedule = new Schedule.Builder().wakes(0, 0, 3, 0);
        for (int turn = 0; turn < 8000; turn++) {
            int pid = turn % 100 == 0 ? 2 : 1;
            schedule.starts(turn * MS, 0, pid);
            schedule.stops((turn + 1) * MS, 0, pid, End.PREEMPTED);
        }
        Timeline timeline =
                chart(true, new Labelled("", schedule.build("simulated", 1, 0)))
                        .timeline("long", "c");
        assertEquals(List.of("CPU 0", "task 2", "task 1", "task 3"), timeline.rows());
        for (int row = 0; row < 4; row++) {
            int of = row;
            assertEquals(
                    8000 * MS,
                    timeline.bars().stream()
                            .filter(bar -> bar.row() == of)
                            .mapToLong(Bar::toNs)
                            .max()
                            .orElseThrow());
        }
        assertTrue(
                timeline.bars().stream().filter(bar -> bar.row() == 3).allMatch(Bar::thin),
                "who never ran waits");
    }

    @Test
    void aScheduleIsTheValueOfACell() {
        var frontend = new RecordingFrontend();
        Renderers.register(frontend.renderer());
        DisplayData data = frontend.render(two());
        assertTrue(data.hasDataForType(MIMEType.parse("image/png")));
        assertTrue(
                String.valueOf(data.getData(MIMEType.TEXT_PLAIN))
                        .startsWith("A schedule, simulated\n0 to 20 ms"));
        Schedule empty = new Schedule.Builder().build("recorded", 1, 0);
        assertEquals(
                "Schedule, recorded: 0 tasks, 0 runs on 1 CPUs in 0.000 ms",
                frontend.render(empty).getData(MIMEType.TEXT_PLAIN));
    }

    @Test
    void cpuTimeIsBesideTheTasksPart() {
        CpuTimePlot plot =
                ScheduleChart.of(new Labelled("", two().between(4 * MS, 20 * MS)))
                        .cpuTime("t", "c");
        CpuTimePlot.Line b = plot.lines().getFirst();
        assertEquals("b 2", b.task());
        assertEquals(10, b.had()[200], 1e-6);
        // Both could run all the time, and weight 300 is due three quarters.
        assertEquals(12, b.ideal()[200], .1);
        assertTrue(plot.text().contains("b 2"), plot.text());
        assertTrue(plot.png().length > 0);
    }

    @Test
    void cpuTimeOfAPartIsCountedFromItsBeginning() {
        var part =
                new ScheduleChart(
                        List.of(new Labelled("", two())),
                        12 * MS,
                        Optional.of(16 * MS),
                        false,
                        false,
                        false);
        CpuTimePlot plot = part.cpuTime("t", "c");
        assertEquals(List.of(12.0, 16.0), List.of(plot.ms()[0], plot.ms()[200]));
        assertEquals(4, plot.lines().getFirst().had()[200], 1e-6);
        assertTrue(plot.caption().contains("Counted from 12.000 ms on."), plot.caption());
        var none =
                new ScheduleChart(
                        List.of(new Labelled("", two())),
                        30 * MS,
                        Optional.empty(),
                        false,
                        false,
                        false);
        assertThrows(IllegalArgumentException.class, () -> none.cpuTime("t", "c"));
    }

    @Test
    void nothingIsRefused() {
        Schedule empty = new Schedule.Builder().build("recorded", 1, 0);
        assertThrows(
                IllegalArgumentException.class,
                () -> ScheduleChart.of(new Labelled("", empty)).timeline("t", "c"));
    }
}
