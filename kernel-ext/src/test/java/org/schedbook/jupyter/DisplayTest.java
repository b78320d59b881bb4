package org.schedbook.jupyter;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import org.dflib.jjava.jupyter.kernel.display.mime.MIMEType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.schedbook.target.CommandResult;

class DisplayTest {

    private final RecordingFrontend frontend = new RecordingFrontend();

    private static String html(Renderable value) {
        return (String) value.bundle().getData(MIMEType.parse("text/html"));
    }

    @Test
    void liveTextIsDrawnTenTimesASecondAndEndsComplete() throws InterruptedException {
        long start = System.nanoTime();
        try (var text = new LiveText(frontend, "model")) {
            for (int i = 0; i < 300; i++) {
                text.append("<" + i + ">");
                Thread.sleep(1);
            }
        }
        double seconds = (System.nanoTime() - start) / 1e9;
        assertEquals(1, frontend.displays.size());
        assertTrue(
                frontend.updates.size() <= seconds * 10 + 2, frontend.updates.size() + " updates");
        assertTrue(frontend.lastText().startsWith("model\n<0><1>"));
        assertTrue(frontend.lastText().endsWith("<299>"));
        int updates = frontend.updates.size();
        Thread.sleep(150);
        assertEquals(updates, frontend.updates.size(), "nothing is drawn after the end");
    }

    @Test
    void longLogIsFoldedAndItsTwinIsWhole() {
        String log = "line <1>\n" + "more\n".repeat(60) + "the end";
        String html = html(new Log(log));
        assertTrue(html.startsWith("<details>"));
        assertTrue(html.contains("all 62 lines"));
        assertTrue(html.contains("line &lt;1&gt;"));
        assertTrue(html.endsWith("the end</pre>"));
        assertEquals(log, new Log(log).bundle().getData(MIMEType.TEXT_PLAIN));
        assertFalse(html(new Log("short")).contains("<details>"));
    }

    @Test
    @Timeout(60)
    void changeThatIsNotFollowedByAnotherIsDrawn() throws InterruptedException {
        try (var text = new LiveText(frontend, "")) {
            text.append("alone");
            while (!frontend.lastText().equals("alone")) {
                Thread.sleep(10);
            }
        }
    }

    @Test
    void progressGoesWhenAllIsDone() {
        try (var progress = new Progress(frontend, "bench", 4)) {
            progress.note("fifo");
            for (int i = 0; i < 4; i++) {
                progress.step();
            }
        }
        assertEquals("", frontend.lastText());
    }

    @Test
    void aTextFoldsIntoOneLineWithAllOfItBelow() {
        try (var text = new LiveText(frontend, "writing")) {
            text.append("a <b> c");
            text.fold("Round 1: kept");
        }
        assertEquals("Round 1: kept\na <b> c", frontend.lastText());
        assertTrue(
                frontend.lastUpdateHtml()
                        .matches("(?s)<details><summary.*Round 1: kept.*&lt;b&gt;.*"),
                frontend.lastUpdateHtml());
    }

    @Test
    void theOutputOfAProgramIsShownWithoutItsColoursAlsoWhereTheyComeInPieces() {
        try (var text = new LiveText(frontend, "# ls --color", CommandResult::shown)) {
            text.append("\u001b[01;3");
            text.append("4mbin\u001b[0m\n");
        }
        assertEquals("# ls --color\nbin\n", frontend.lastText());
    }

    @Test
    void aProgramGoesBackInItsLineAsInATerminal() {
        Map.of(
                        "10 %\r100 %\ndone\n", "100 %\ndone\n",
                        "100 %\rok", "ok0 %",
                        "100 %\u001b[32m\r\u001b[Kok\u001b[0m", "ok",
                        "100 %\u001b[2K\rok", "ok   ",
                        "a\r\nb\r\r\nc", "a\nb\nc",
                        "|\b/\b-\n\bx", "-\nx",
                        "\ud83d\ude00é\rab\b\ud83d\ude00", "a\ud83d\ude00",
                        "here\r", "here")
                .forEach(
                        (written, shown) -> {
                            try (var text = new LiveText(frontend, "", CommandResult::shown)) {
                                written.codePoints()
                                        .forEach(c -> text.append(Character.toString(c)));
                            }
                            assertEquals(shown, frontend.lastText());
                        });
    }

    @Test
    void unfinishedProgressSaysSo() {
        try (var progress = new Progress(frontend, "bench", 4)) {
            progress.step();
        }
        assertEquals("bench |█████               | 1/4  0:00  stopped", frontend.lastText());
    }

    @Test
    void tableIsAlignedAndEscaped() {
        var table =
                new Table(
                        "Times",
                        List.of("policy", "time (s)"),
                        List.of(List.of("<eevdf>", "1.5"), List.of("fifo", "11.25")));
        assertEquals(
                """
                Times
                policy   time (s)
                -------  --------
                <eevdf>       1.5
                fifo        11.25""",
                table.text());
        assertTrue(html(table).contains("&lt;eevdf&gt;"));
        assertFalse(html(table).contains("<eevdf>"));
        assertThrows(
                IllegalArgumentException.class,
                () -> new Table("", List.of("a"), List.of(List.of("1", "2"))));
    }

    @Test
    void numbersStandToTheRightAndDatesAndHashesToTheLeft() {
        var table =
                new Table(
                        "",
                        List.of("share of all", "made yesterday", "source of it"),
                        List.of(
                                List.of("100 %", "2026-11-25", "718acff1"),
                                List.of("0.465–9.642", "2026-11-24", "90ab12cd")));
        assertEquals(
                """
                share of all  made yesterday  source of it
                ------------  --------------  ------------
                       100 %  2026-11-25      718acff1
                 0.465–9.642  2026-11-24      90ab12cd""",
                table.text());
    }

    @Test
    void cardHasATextTwin() {
        var card = new Card("Attached").row("kernel", "7.3.4").row("cpu", "a<b");
        assertEquals("Attached\n  kernel  7.3.4\n  cpu     a<b", card.toString());
        assertTrue(html(card).contains("a&lt;b"));
    }

    @Test
    void errorCardUnderlinesUnderTabs() {
        var error = new CellError("What").at(new CellError.Mark(2, 2, 3, "here")).next("Then");
        String text = RecordingFrontend.text(new ErrorCard(error, "%%m\n\tabc d").bundle());
        assertEquals("What\nline 2, column 2: here\n   2 | \tabc d\n     | \t^^^\nThen", text);
    }

    @Test
    void errorCardSurvivesAPlaceOutsideTheCell() {
        var error = new CellError("What").at(new CellError.Mark(9, 99, 3, "there"));
        assertTrue(RecordingFrontend.text(new ErrorCard(error, "a").bundle()).contains("line 9"));
        error = new CellError("What").at(new CellError.Mark(1, 99, 30, "there"));
        assertTrue(RecordingFrontend.text(new ErrorCard(error, "a").bundle()).contains("| a\n"));
    }
}
