package org.schedbook.file;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.io.JsonEOFException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Says what is wrong with a file of JSON, without the words of the library that reads it. */
public final class JsonTrouble {

    private static final Pattern CHARACTER =
            Pattern.compile("(?s)Unexpected character \\('(.)' \\(code .*");

    private static final Pattern WORD = Pattern.compile("(?s)Unrecognized token '([^']*)'.*");

    /** Where it read from, and what it can be told to take. */
    private static final Pattern ASIDE =
            Pattern.compile("(?s)\\s*(?:\\((?:for|start marker)\\b|\\[Source).*");

    /** Returns a few words, which begin in lower case and have no full stop. */
    public static String words(JsonProcessingException e) {
        if (e instanceof JsonEOFException) {
            return "it ends before all that was opened is closed";
        }
        String said = e.getOriginalMessage();
        Matcher character = CHARACTER.matcher(said);
        if (character.matches()) {
            return "'%s' cannot stand there".formatted(character.group(1));
        }
        Matcher word = WORD.matcher(said);
        return word.matches()
                ? "'%s' is neither a number nor in quotes".formatted(word.group(1))
                : ASIDE.matcher(said).replaceFirst("");
    }

    /** Returns the line, from 1. */
    public static int line(JsonProcessingException e) {
        return e.getLocation() == null ? 1 : e.getLocation().getLineNr();
    }

    /** Returns the column, from 1. */
    public static int column(JsonProcessingException e) {
        return e.getLocation() == null ? 1 : e.getLocation().getColumnNr();
    }

    private JsonTrouble() {}
}
