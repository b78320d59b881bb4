package org.schedbook.plot;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Texts and the room that there is for them; a letter is as wide as another here. */
class RoomTest {

    private static final Room TEN = new Room(String::length, 10);

    @Test
    void linesBreakBetweenWordsAndOnlyATooLongWordInItself() {
        assertEquals(List.of("one two", "three four"), TEN.wrap("one two three  four"));
        assertEquals(
                List.of("a", "abcdefghij", "klmnopqrst", "u b"),
                TEN.wrap("a abcdefghijklmnopqrstu b"));
        assertEquals(List.of(""), TEN.wrap(""));
        String pairs = "\uD83D\uDE00".repeat(7);
        assertEquals(pairs, String.join("", new Room(String::length, 3).wrap(pairs)));
        assertEquals(7, new Room(String::length, 3).wrap(pairs).size());
        assertEquals(List.of("a", "b"), new Room(String::length, 0).wrap("ab"));
    }

    @Test
    void aNameIsShortenedInItsMiddleAndOnlyIfItMust() {
        assertEquals(
                List.of("exactly 10", "01234…uvwx", ""),
                TEN.shorten(List.of("exactly 10", "0123456789abcdefghijklmnopqrstuvwx", "")));
    }

    @Test
    void namesThatDifferSomewhereDifferWhenTheyAreShort() {
        String name = "x".repeat(80);
        var names = new ArrayList<String>();
        for (int at = 0; at < name.length(); at++) {
            for (String letter : List.of("a", "b")) {
                names.add(name.substring(0, at) + letter + name.substring(at + 1) + " CPU 0");
            }
        }
        var room = new Room(String::length, 24);
        for (int at = 0; at < names.size(); at += 2) {
            List<String> two = room.shorten(names.subList(at, at + 2));
            assertEquals(2, new HashSet<>(two).size(), two.toString());
            two.forEach(each -> assertTrue(each.length() <= 24, each));
            two.forEach(each -> assertTrue(each.endsWith("CPU 0"), each));
        }
    }

    @Test
    void manyThatAreAlikeAreToldApartByTurns() {
        var names = new ArrayList<String>();
        for (String first : List.of("left", "right")) {
            for (String then : List.of("front", "back")) {
                names.add(
                        "a camera of the car, at the " + first + ", and at the " + then + " of it");
            }
        }
        List<String> shown = new Room(String::length, 20).shorten(names);
        assertEquals(4, new HashSet<>(shown).size(), shown.toString());
    }

    @Test
    void whatIsTheSameLooksTheSameAndNoLetterIsBroken() {
        String pairs = "\uD83D\uDE00".repeat(20);
        List<String> shown = TEN.shorten(List.of(pairs, pairs));
        assertEquals(shown.get(0), shown.get(1));
        assertTrue(shown.get(0).codePoints().noneMatch(c -> c < 0xFFFF && c != '…'));
        // Nothing but the length differs, of which nothing is left.
        assertEquals(2, TEN.shorten(List.of("y".repeat(50), "y".repeat(60))).size());
    }
}
