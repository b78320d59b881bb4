package org.schedbook.check;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class OwnPromisesTest {

    private static List<String> in(String source) {
        OwnPromises own = OwnPromises.of(source);
        assertEquals(List.of(), own.wrong());
        return own.promises().stream().map(Promise::toString).toList();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "// Promises: no-wait-over 200ms, work-conserving",
                "    //promises: no-wait-over 200ms; work-conserving 2ms.",
                "/** Promises: no-wait-over 200 ms, work-conserving */",
                " * Promises: `no-wait-over 200ms`, `work-conserving 2ms`",
                "/* Promise: no-wait-over=0.2s, work-conserving (2ms) */",
                "// Promises: no-wait-over: 200ms,\n//   work-conserving\n// and more words",
                "// Promises: no-wait-over 200ms\n// Promises: work-conserving",
                "/**\n * Runs all.\n * Promises: no-wait-over 200ms,\n * work-conserving\n */",
                "// Promises: no-wait-over 200ms work-conserving\r\nclass A {}\r\n",
                "// Promises: no-wait-over 200ms and work-conserving",
                "// Promises: no-wait-over 200ms, and work-conserving.",
                "// Promises:\n// no-wait-over 200ms\n// work-conserving\n//\n// It is quick.",
                "/*\n * Promises:\n *  - no-wait-over 200ms,\n *  - work-conserving\n */",
            })
    void promisesAreFoundAsPeopleAndModelsWriteThem(String source) {
        assertEquals(List.of("no-wait-over 200ms", "work-conserving 2ms"), in(source));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "// Promises: none",
                "// Promises: None.",
                "// Promises:",
                "// Promises:\nclass A {}\n// quick",
                "// It keeps its promises: all of them are in the text.",
                "String text = \"// Promises: work-conserving\";",
                "int promises = 0; // promises: work-conserving",
            })
    void whereNothingIsPromisedNothingIs(String source) {
        assertEquals(List.of(), in(source));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    // Promises: work-conserving, is-fast  | there is no promise 'is-fast'
                    // Promises: no-wait-over 5%           | takes an amount such as 100ms
                    // Promises: runs-in-turn 5ms          | takes no amount
                    """)
    void whatIsNoPromiseHasItsLineAndReason(String line, String why) {
        OwnPromises own = OwnPromises.of("class A {}\n" + line);
        assertEquals(1, own.wrong().size());
        assertEquals(2, own.wrong().getFirst().line());
        assertTrue(own.wrong().getFirst().why().contains(why), own.toString());
    }

    @Test
    void eachPromiseHasItsLine() {
        OwnPromises own =
                OwnPromises.of("\n// Promises: work-conserving,\n//  runs-in-turn\nclass A {}");
        assertEquals(List.of(2, 3), own.made().stream().map(OwnPromises.Made::line).toList());
    }
}
