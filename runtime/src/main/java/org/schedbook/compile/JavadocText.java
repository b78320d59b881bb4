package org.schedbook.compile;

/** Javadoc as a person or a model reads it: without its markup. */
public final class JavadocText {

    /** Returns the text of a documentation comment. */
    public static String plain(String comment) {
        return comment.replaceAll("\\{@(?:link|code)\\s+#?([^}]*)}", "$1")
                .replace('#', '.')
                .replace("<p>", "")
                .replaceAll("(?m)^ ", "")
                .replaceAll("\n\\s*\n", "\n")
                .strip();
    }

    private JavadocText() {}
}
