package org.schedbook.magic;

import java.io.BufferedWriter;
import java.io.IOException;
import java.io.OutputStreamWriter;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.schedbook.file.ForeignFileException;
import org.schedbook.file.NamedFile;
import org.schedbook.file.WholeFile;
import org.schedbook.jupyter.CellError;

/** The files that a person has a magic write. */
final class Output {

    /** What writes a text. */
    @FunctionalInterface
    interface Text {
        void writeTo(Writer out) throws IOException;
    }

    static void write(Path file, String text) {
        write(file, (Writer out) -> out.write(text));
    }

    static void write(Path file, Text text) {
        place(
                file,
                out -> {
                    var writer =
                            new BufferedWriter(new OutputStreamWriter(out, StandardCharsets.UTF_8));
                    text.writeTo(writer);
                    writer.flush();
                });
    }

    static void copy(Path from, Path file) {
        place(file, out -> Files.copy(from, out));
    }

    private static void place(Path file, WholeFile.Content content) {
        try {
            NamedFile.write(file, content);
        } catch (IOException e) {
            String why = e instanceof ForeignFileException ? ": " + e.getMessage() : "";
            throw new CellError("%s cannot be written%s.".formatted(file, why))
                    .next("Name a file in a directory that is there and can be written to.")
                    .details(e.toString());
        }
    }

    private Output() {}
}
