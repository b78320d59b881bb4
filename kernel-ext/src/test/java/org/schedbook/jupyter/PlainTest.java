package org.schedbook.jupyter;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import org.dflib.jjava.jupyter.kernel.display.DisplayData;
import org.dflib.jjava.jupyter.kernel.display.mime.MIMEType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.schedbook.target.CommandResult;

class PlainTest {

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "'\u001b[2J'|'\\u{1b}[2J'",
                "a\u3164b\uffa0c\u115fd\u1160|a\\u{3164}b\\u{ffa0}c\\u{115f}d\\u{1160}",
                "'\u001b]0;TITLE\u0007'|'\\u{1b}]0;TITLE\\u{7}'",
                "'\u009b31m'|'\\u{9b}31m'",
                "'a\u007fb\bc'|'a\\u{7f}b\\u{8}c'",
                "'a\u202eb\u202cc'|'a\\u{202e}b\\u{202c}c'",
                "'\u2066a\u2069'|'\\u{2066}a\\u{2069}'",
                "'a\u200fb\u200e\u061c'|'a\\u{200f}b\\u{200e}\\u{61c}'",
                "'pa\u200bss\u2060wo\ufeffrd\u00ad'|'pa\\u{200b}ss\\u{2060}wo\\u{feff}rd\\u{ad}'",
                "'if\u200dx\u200c'|'if\\u{200d}x\\u{200c}'",
                "'a\u2028b\u2029'|'a\\u{2028}b\\u{2029}'",
                "'hidden\udb40\udc41\udb40\udc42'|'hidden\\u{e0041}\\u{e0042}'",
                "'o\udb40\udd00\ufe0f'|'o\\u{e0100}\\u{fe0f}'",
                "'over\rwritten'|'over\\u{d}written'",
                "'half \ud83d'|'half \\u{d83d}'",
            })
    void whatATerminalWouldObeyOrAnEyeWouldMissIsWrittenOut(String text, String plain) {
        assertEquals(plain, Plain.of(text));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "\tclass A {\n\t}\n",
                "é ß 漢字 Привет שלום مرحبا",
                "\ud83d\udc69\u200d\ud83d\udcbb", // a woman at a computer
                "\u2764\ufe0f", // a red heart
                "\ud83c\udff4\udb40\udc67\udb40\udc62\udb40\udc73\udb40\udc63\udb40\udc74\udb40\udc7f",
                "می\u200cخواهم", // Persian, which needs it
                "क्\u200dष",
            })
    void whatPeopleWriteStaysAsItIs(String text) {
        assertEquals(text, Plain.of(text));
    }

    @ParameterizedTest
    @ValueSource(strings = {"a\r\nb\r\n"})
    void theEndsOfLinesOfAnotherSystemAreEndsOfLines(String text) {
        assertEquals("a\nb\n", Plain.of(text));
    }

    @Test
    void theTextOfABundleIsPlainAndItsMarkupToo() {
        var card = new Card("\u001b[2J").row("\u202ekey", "a\u0007");
        DisplayData data = Plain.of(card.bundle());
        for (MIMEType type : List.of(MIMEType.TEXT_PLAIN, MIMEType.TEXT_HTML)) {
            String text = (String) data.getData(type);
            assertFalse(text.matches("(?s).*[\u001b\u202e\u0007].*"), text);
            assertTrue(text.contains("\\u{202e}key"), text);
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "'\u001b[0m\u001b[01;34mbin\u001b[0m'|bin", // ls --color
                "'\u001b[01;31m\u001b[Kx\u001b[m\u001b[K y'|x y", // grep --color
                "'\u001b[38;5;196ma\u001b[48:2::1:2:3mb\u001b[m'|ab",
                "'\u001b[8mhidden\u001b[28m'|hidden",
                "'\u001b[2J\u001b[1;1Hx\u001b]0;t\u0007'|'\\u{1b}[2J\\u{1b}[1;1Hx\\u{1b}]0;t\\u{7}'",
                "'[1m and \u001b[3'|'[1m and \\u{1b}[3'",
            })
    void theColoursOfAProgramGoAndAllElseThatATerminalWouldObeyIsWrittenOut(
            String output, String plain) {
        assertEquals(plain, Plain.of(CommandResult.uncoloured(output)));
    }

    @Test
    void theNamesInAChartArePlainToo() throws Exception {
        String chart = "application/vnd.vega.v5+json";
        var data = new DisplayData("x");
        data.putData(
                chart,
                Map.of("signals", List.of(Map.of("value", List.of("a\u202eb", 7, "\u001b[2J")))));
        assertEquals(
                Map.of(
                        "signals",
                        List.of(Map.of("value", List.of("a\\u{202e}b", 7, "\\u{1b}[2J")))),
                Plain.of(data).getData(MIMEType.parse(chart)));
    }
}
