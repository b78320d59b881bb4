package org.schedbook.jupyter;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.dflib.jjava.jupyter.kernel.display.mime.MIMEType;
import org.junit.jupiter.api.Test;

class ErrorCardTest {

    private static String text(CellError error, String cell) {
        return (String) new ErrorCard(error, cell).bundle().getData(MIMEType.TEXT_PLAIN);
    }

    @Test
    void theMarkIsBelowItsTextAlsoInALineThatIsTooLong() {
        String cell = "a ".repeat(5_000) + "nosuch" + " b".repeat(5_000);
        for (String line :
                List.of(cell, "nosuch" + " b".repeat(5_000), "a ".repeat(5_000) + "nosuch")) {
            int column = line.indexOf("nosuch") + 1;
            var error = new CellError("It fails.").at(new CellError.Mark(1, column, 6, "unknown"));
            List<String> lines = text(error, line).lines().toList();
            String source = lines.get(lines.size() - 2);
            String marks = lines.getLast();
            assertTrue(source.length() < 250, source);
            assertEquals("nosuch", source.substring(marks.indexOf('^'), marks.length()));
        }
    }

    @Test
    void ofManyMarksTheFirstAreShown() {
        var error = new CellError("It fails.");
        for (int i = 0; i < 100; i++) {
            error.at(new CellError.Mark(1, 1 + i, 1, "unknown"));
        }
        String text = text(error, "x".repeat(60_000));
        assertTrue(text.contains("80 more are not shown."), text);
        assertTrue(text.length() < 20_000, text);
    }
}
