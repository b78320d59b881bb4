package org.schedbook.jupyter;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MagicLineTest {

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "%m|",
                "%m;|",
                "%m a b|a,b",
                "%m a b;|a,b",
                "%m  a\tb |a,b",
                "%m \"a b\" c|a b,c",
                "%m 'a b' c|a b,c",
                "%m --x='a b'|--x=a b",
                "%m --x=\"a b\";|--x=a b",
                "%m don't stop|don't,stop",
                "%m a\\\"b c\\\\d|a\"b,c\\d",
                "%m C:\\dir|C:\\dir",
                "%m x # c|x,#,c",
            })
    void splits(String line, String args) {
        assertEquals(args == null ? "" : args, String.join(",", MagicLine.parse(line).values()));
        assertEquals("m", MagicLine.parse(line).name());
    }

    @Test
    void aBackslashAtTheEndOfALineIsABlank() {
        MagicLine line = MagicLine.parse("%m a \\\n  b\\\r\nc");
        assertEquals(List.of("a", "b", "c"), line.values());
        assertEquals(new MagicLine.Arg("b", 9, 10), line.args().get(1));
    }

    @Test
    void keepsWhatFollowsTheNameAsItIsTyped() {
        assertEquals("who(\"a  b\") ;", MagicLine.parse("%time who(\"a  b\") ; ").rest());
    }

    @Test
    void knowsWhereAnArgumentStands() {
        assertEquals(
                new MagicLine.Arg("b c", 5, 10), MagicLine.parse("%m a \"b c\"").args().getLast());
    }

    @Test
    void rejoinsWhatJJavaHasSplit() {
        assertEquals(
                List.of("a b", "--x=c d", "don't", "e"),
                MagicLine.of("%", "m", List.of("'a", "b'", "--x='c", "d'", "don't", "e")).values());
    }
}
