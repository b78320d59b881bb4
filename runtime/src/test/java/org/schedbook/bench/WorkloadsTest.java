package org.schedbook.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.reflect.Field;
import java.net.URL;
import java.net.URLClassLoader;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.schedbook.measure.Better;
import org.schedbook.target.CommandResult;

class WorkloadsTest {

    static List<Workload> all() {
        return Workloads.all();
    }

    @ParameterizedTest
    @MethodSource("all")
    void whatIsWrittenCanBeRead(Workload workload) {
        assertEquals(workload, Workloads.parse(Workloads.write(workload)));
        assertEquals(workload, Workloads.parse(workload.name()));
    }

    @ParameterizedTest
    @MethodSource("all")
    void outputWithoutFiguresIsNoReading(Workload workload) {
        for (String output :
                List.of("", "command not found", "{}", "[1]", "{\"thread\":{}}", "-5")) {
            assertTrue(workload.parse(output).isEmpty(), output);
        }
    }

    @ParameterizedTest
    @MethodSource("all")
    void whatMakesNoSenseIsRefused(Workload workload) {
        for (String parameter : Workloads.parameters(workload).keySet()) {
            var e =
                    assertThrows(
                            IllegalArgumentException.class,
                            () -> Workloads.of(workload.name(), Map.of(parameter, "-1")));
            assertTrue(e.getMessage().contains(parameter), e.getMessage());
        }
    }

    @ParameterizedTest
    @MethodSource("all")
    void anyOfThemMayBeTheFirstThatIsUsed(Workload workload) throws Exception {
        URL classes = Workload.class.getProtectionDomain().getCodeSource().getLocation();
        URL measures = Better.class.getProtectionDomain().getCodeSource().getLocation();
        // a loader of its own: static initialisers run again, beginning with this workload's
        try (var loader =
                new URLClassLoader(
                        new URL[] {classes, measures}, ClassLoader.getPlatformClassLoader())) {
            Class<?> first = Class.forName(workload.getClass().getName(), true, loader);
            Field small = first.getDeclaredField("SMALL");
            small.setAccessible(true);
            assertNotNull(small.get(null));
        }
    }

    @Test
    void parametersAreNamed() {
        assertEquals(new Messaging(24, 100), Workloads.parse("messaging:groups=24"));
        assertEquals(
                new StressMix("cpu+fork", 2, 5),
                Workloads.parse("stress-ng:stressors=cpu+fork,seconds=5"));
    }

    @Test
    void mistakesSayWhatThereIs() {
        for (var mistake :
                Map.of(
                                "massaging", "messaging, pipe",
                                "messaging:groups", "groups=4,loops=100",
                                "messaging:threads=3", "groups, loops",
                                "messaging:groups=many", "whole number")
                        .entrySet()) {
            var e =
                    assertThrows(
                            IllegalArgumentException.class,
                            () -> Workloads.parse(mistake.getKey()));
            assertTrue(e.getMessage().contains(mistake.getValue()), e.getMessage());
        }
    }

    @Test
    void aCommandIsAWorkloadOfItsOwn() {
        var shell = new Shell("echo 3", "ms", "more");
        assertEquals(List.of("sh", "-c", "echo 3"), shell.command());
        assertEquals(Better.MORE, shell.headline().better());
        assertEquals(List.of(3.0), shell.parse("3\n").orElseThrow().values());
        assertTrue(shell.parse("three").isEmpty());
        for (String no :
                List.of(
                        "NaN",
                        "1d",
                        "2f",
                        "1D",
                        "3F",
                        "0x1p3",
                        "Infinity",
                        "1,5",
                        "-",
                        ".",
                        "-1.5")) {
            assertTrue(shell.parse(no).isEmpty(), no);
        }
        for (String yes : List.of("1", "+1", "0", ".5", "2.", "1e3", "1.5E-3")) {
            assertEquals(
                    List.of(Double.valueOf(yes)), shell.parse(yes).orElseThrow().values(), yes);
        }
        assertThrows(IllegalArgumentException.class, () -> new Shell(" ", "", "less"));
        assertThrows(IllegalArgumentException.class, () -> new Shell("echo 3", "", "bigger"));
    }

    @Test
    void hackbenchsTimeIsRead() {
        var output =
                """
                Running in process mode with 1 groups using 40 file descriptors each (== 40 tasks)
                Each sender will pass 20 messages of 100 bytes
                Time: 0.020
                """;
        assertEquals(List.of(.02), Hackbench.SMALL.parse(output).orElseThrow().values());
    }

    @Test
    void cyclictestsThreadsAreReadTogether() {
        var output =
                """
                {"thread": {
                  "0": {"histogram": {"40": 50, "60": 48}},
                  "1": {"histogram": {"40": 1, "900": 1}}}}
                """;
        var reading = Cyclictest.SMALL.parse(output).orElseThrow();
        assertEquals(List.of(60.0, 40.0, 900.0), reading.values());
        assertEquals(100, reading.latencies().orElseThrow().total());
    }

    @Test
    void wakeupsAndBatchesAreRead() {
        var wakeup =
                Wakeup.SMALL
                        .parse("{\"requests_per_s\":12.5,\"latencies_us\":{\"3\":1,\"7\":2}}")
                        .orElseThrow();
        assertEquals(List.of(7.0, 7.0, 12.5), wakeup.values());
        assertEquals(
                List.of(.25, 2.5),
                Batch.SMALL.parse("{\"short_s\":0.25,\"makespan_s\":2.5}").orElseThrow().values());
    }

    @Test
    void stressorsCountAlike() {
        var yaml =
                """
                metrics:
                    - stressor: cpu
                      bogo-ops: 2568
                      bogo-ops-per-second-usr-sys-time: 2013.459127
                      bogo-ops-per-second-real-time: 100.0

                    - stressor: switch
                      bogo-ops: 76197
                      bogo-ops-per-second-real-time: 10000.0
                """;
        var reading = new StressMix("cpu+switch", 1, 1).parse(yaml).orElseThrow();
        assertEquals(1000, reading.values().getFirst(), 1e-6);
        assertEquals(List.of(100.0, 10000.0), reading.values().subList(1, 3));
        assertTrue(new StressMix("cpu+fork", 1, 1).parse(yaml).isEmpty());
    }

    @Test
    void aStressorThatDoesNotRunSaysWhy() {
        var mix = new StressMix("cpu+oom-pipe", 1, 1);
        var result =
                new CommandResult(
                        0,
                        """
                        metrics:
                            - stressor: cpu
                              bogo-ops-per-second-real-time: 12.5
                        system-info:
                              freeram: 9648
                        """,
                        """
                        stress-ng: info:  [12] setting to a 1 sec run per stressor
                        stress-ng: info:  [12] oom-pipe: skipping stressor, needs more memory
                        """);
        assertTrue(mix.parse(result.output()).isEmpty());
        assertEquals(
                "nothing of oom-pipe: oom-pipe: skipping stressor, needs more memory",
                mix.instead(result));
    }
}
