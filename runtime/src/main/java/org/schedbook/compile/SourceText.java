package org.schedbook.compile;

import java.net.URI;
import javax.lang.model.element.Modifier;
import javax.lang.model.element.NestingKind;
import javax.tools.SimpleJavaFileObject;

/**
 * A policy's source as javac gets it: on the lines that it has in its cell, with imports before its
 * first line.
 */
public final class SourceText extends SimpleJavaFileObject {

    private final String text;
    private final int above;

    public SourceText(PolicySource source) {
        super(URI.create("cell:///" + source.name() + ".java"), Kind.SOURCE);
        this.above = source.firstLine() - 1;
        this.text = "\n".repeat(above) + PolicyCompiler.IMPORTS + source.text();
    }

    /** Returns the line of the source, from 1, that javac means by one. */
    public int line(long javacs) {
        return Math.toIntExact(javacs) - above;
    }

    /** Returns the column of the source, from 1, that javac means by one of a line of its own. */
    public int column(long javacsLine, long javacsColumn) {
        int column = Math.toIntExact(javacsColumn);
        return line(javacsLine) == 1 ? column - PolicyCompiler.IMPORTS.length() : column;
    }

    @Override
    public CharSequence getCharContent(boolean ignoreEncodingErrors) {
        return text;
    }

    /** A public class need not be named like the policy. */
    @Override
    public boolean isNameCompatible(String simpleName, Kind kind) {
        return true;
    }

    @Override
    public NestingKind getNestingKind() {
        return null;
    }

    @Override
    public Modifier getAccessLevel() {
        return null;
    }
}
