package org.schedbook.course;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.OptionalDouble;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** An answer is a number, a word or a load, and never code. */
class AnswerTest {

    @ParameterizedTest
    @CsvSource({"45, 45", "12.5, 12.5", "-3, -3", "+0.25, 0.25"})
    void aNumberIsRead(String text, double number) {
        assertEquals(OptionalDouble.of(number), Answer.of("q", "\n  " + text + "  \r\n").number());
    }

    @Test
    void aWordIsReadInSmallLettersAndCommentsAreNot() {
        Answer answer = Answer.of("who", "// BEGIN SOLUTION\nConvoy\n// END SOLUTION\n");
        assertEquals("convoy", answer.text());
        assertTrue(answer.number().isEmpty());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "?",
                "  \n",
                "// nothing",
                "12 ms",
                "1/2",
                "NaN2 x",
                "a sentence",
                "System.exit(0);",
                "1e400",
                "4,5",
                "1\n2",
                "\u0661\u0662",
                "${HOME}",
                "<b>x</b>"
            })
    void allElseIsRefusedWithWhatToWrite(String text) {
        var e = assertThrows(IllegalArgumentException.class, () -> Answer.of("q", text));
        assertTrue(e.getMessage().matches("(there is no answer yet|an answer is one).*"));
    }

    @Test
    void aLoadStandsInBraces() {
        Answer load = Answer.of("load", "// Mine.\n{\n  \"tasks\": {}\n}\n\n");
        assertEquals("{\n  \"tasks\": {}\n}", load.text());
        assertTrue(load.number().isEmpty());
        String long5000 = "{" + "1,".repeat(2500) + "}";
        assertThrows(IllegalArgumentException.class, () -> Answer.of("load", long5000));
    }

    @Test
    void aLongTextIsNoAnswer() {
        for (String text : new String[] {"9".repeat(1_000_000), "x".repeat(1_000_000)}) {
            assertThrows(IllegalArgumentException.class, () -> Answer.of("q", text));
        }
    }
}
