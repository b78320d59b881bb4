package org.schedbook.jupyter;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import org.junit.jupiter.api.Test;

class CellSourceTest {

    private static String replaced(String source) {
        return CellSource.replaceLineMagics(
                source, (line, magic) -> "<" + line + ":" + magic + ">");
    }

    @Test
    void cellMagicMayFollowBlankLinesAndHaveNoBody() {
        assertEquals(new CellSource("%%m a", 3, "b\nc", 10), CellSource.of("\n  \n%%m a\nb\nc"));
        assertEquals(new CellSource("%%m", 1, "", 3), CellSource.of("%%m"));
        assertEquals(new CellSource("%%m?", 1, "", 5), CellSource.of("%%m?\n"));
        assertNull(CellSource.of("int a;\n%%m\nb").magic());
        assertNull(CellSource.of("%m").magic());
    }

    @Test
    void lineMagicsAreReplacedWhereAStatementOrAValueStarts() {
        assertEquals("<1:%a>\nint x = <2:%b 1>\n  <3:%c>", replaced("%a\nint x = %b 1\n  %c"));
        assertEquals("int r = 7 %b;", replaced("int r = 7 %b;"));
        assertEquals("var s = \"x = %d\";", replaced("var s = \"x = %d\";"));
        assertEquals("int r = 7 % b;", replaced("int r = 7 % b;"));
    }

    @Test
    void findsTheMagicBeingTyped() {
        assertEquals("%be", CellSource.magicIn("var r = %be"));
        assertEquals("%%", CellSource.magicIn("%%"));
        assertEquals("%m --x=", CellSource.magicIn("  %m --x="));
        assertNull(CellSource.magicIn("7 % b"));
    }

    @Test
    void bracesHoldTheNameOfAVariable() {
        assertEquals(
                "\"%bench \" + (load) + \" -n \" + (runs) + \"\"",
                CellSource.expression("%bench {load} -n {runs}"));
        assertEquals(
                "\"%bench --command 'echo \\\"${HOME}\\\" {print $1} {x}'\"",
                CellSource.expression("%bench --command 'echo \"${HOME}\" {print $1} {{x}}'"));
    }
}
