package org.schedbook.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.schedbook.bench.BenchResult;
import org.schedbook.bench.Messaging;
import org.schedbook.bench.Plan;
import org.schedbook.bench.Reading;
import org.schedbook.bench.Run;
import org.schedbook.jupyter.Table;
import org.schedbook.session.TargetChoice;
import org.schedbook.target.Machine;

class ReportPageTest {

    private static final String HOSTILE = "</script><script>alert(1)</script> <b>&\"";

    private static final LabReport REPORT =
            new LabReport(
                    "Is it faster? " + HOSTILE,
                    Instant.parse("2026-11-24T10:00:00Z"),
                    List.of(
                            new LabReport.Policy(
                                    "mine",
                                    "// " + HOSTILE,
                                    "abc",
                                    Optional.empty(),
                                    Optional.of(
                                            new LabReport.Prompt(
                                                    "be quick " + HOSTILE,
                                                    "fifo",
                                                    "a model",
                                                    Optional.of("2026-11-22"))))),
                    List.of(new LabReport.Measured(TargetChoice.Kind.vm.usual(), result())),
                    Map.of("Java", "25"));

    private static BenchResult result() {
        return new BenchResult(
                Messaging.SMALL,
                List.of("eevdf", "mine"),
                List.of(run("eevdf", 0, 9), run("eevdf", 1, 2), run("mine", 1, 1.5)),
                Map.of("mine", "abc"),
                new Machine("vm", "TCG (emulated)", "wall", "7.3.4", 2, 1536, "25"),
                Plan.of(1, Duration.ofSeconds(10)).withSeed(1),
                Instant.parse("2026-11-24T09:00:00Z"),
                "all runs are done");
    }

    private static Run run(String contender, int round, double seconds) {
        return new Run(
                contender,
                round,
                Instant.parse("2026-11-24T09:00:01Z"),
                .5,
                new Reading(List.of(seconds), Optional.empty()),
                List.of(),
                Map.of());
    }

    private static String page() {
        var figure =
                new ReportPage.Figure(
                        "messaging",
                        new Table("", List.of("a"), List.of(List.of(HOSTILE))),
                        new byte[3],
                        "alt " + HOSTILE,
                        List.of(HOSTILE));
        return ReportPage.html(REPORT, List.of(figure), "./schedbook reproduce x.html");
    }

    @Test
    void aPageThatBeginsReportsWithoutAnEndIsReadInTime() {
        String opening = page().replaceAll("(?s).*(<script [^>]*>).*", "$1") + "x";
        assertTimeoutPreemptively(
                Duration.ofSeconds(20),
                () ->
                        assertThrows(
                                IllegalArgumentException.class,
                                () -> ReportPage.read(opening.repeat(100_000))));
    }

    @Test
    void thePageHoldsAllOfTheReport() {
        assertEquals(REPORT, ReportPage.read(page()));
    }

    @Test
    void whatAModelOrAPersonWroteIsTextAndNoMarkup() {
        String page = page();
        assertFalse(page.contains("<script>alert"), page);
        assertFalse(page.contains("<b>&\""), page);
        assertEquals(2, page.split("</script>", -1).length, "one script element, of data");
    }

    @Test
    void thePageNeedsNothingElse() {
        assertFalse(page().matches("(?s).*(src|href)=\"(?!data:).*"), "everything is in it");
    }

    @Test
    void replayedAnswersAreCalledReplayed() {
        assertTrue(page().contains("replayed, recorded on 2026-11-22"));
    }

    @Test
    void everySampleIsALineOfCsvAndWarmUpsAreMarked() {
        List<String> lines = REPORT.toCsv().lines().toList();
        assertEquals(4, lines.size());
        assertTrue(lines.get(1).contains(",eevdf,0,false,"), lines.get(1));
        assertTrue(lines.get(3).endsWith(",completion time,s,1.5"), lines.get(3));
    }

    @Test
    void anotherPageIsRefused() {
        assertThrows(IllegalArgumentException.class, () -> ReportPage.read("<html></html>"));
        assertThrows(IllegalArgumentException.class, () -> LabReport.fromJson("{\"other\": true}"));
    }
}
