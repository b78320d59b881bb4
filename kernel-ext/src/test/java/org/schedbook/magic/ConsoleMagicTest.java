package org.schedbook.magic;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

class ConsoleMagicTest {

    @Test
    void whatMovesACursorOrColoursTextIsNotShown() {
        assertEquals("red", ConsoleMagic.printable("\u001b[1;31mred\u001b[0m"));
        assertEquals("over", ConsoleMagic.printable("\rov\ber\u0007\u001b"));
    }

    @Test
    void tabsStay() {
        assertEquals("a\tb && c", ConsoleMagic.printable("a\tb && c"));
    }
}
