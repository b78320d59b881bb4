package org.schedbook.prompt;

import com.fasterxml.jackson.annotation.JsonPropertyOrder;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.time.format.DateTimeFormatter;
import java.util.List;
import org.schedbook.compile.CompileException.Problem;
import org.schedbook.compile.PolicySource;
import org.schedbook.llm.ChatMessage;
import org.schedbook.llm.Completion;

/**
 * One request to a model, kept in a directory of its own from before it is sent: {@code
 * request.json}, {@code completion.md} as it arrives, so that not even a killed kernel loses what
 * was paid for, {@code outcome.json} at its end, and {@code verdict.json} with how far it got.
 */
public final class Attempt implements AutoCloseable {

    private static final JsonMapper JSON =
            JsonMapper.builder().enable(SerializationFeature.INDENT_OUTPUT).build();

    private static final DateTimeFormatter STAMP =
            DateTimeFormatter.ofPattern("yyyyMMdd-HHmmss-SSS");

    private final Path directory;
    private final Writer completion;

    /**
     * Writes the request down.
     *
     * @param attempts the directory for all attempts of a notebook
     * @param name the policy's name
     */
    public static Attempt start(Path attempts, String name, List<ChatMessage> messages)
            throws IOException {
        Files.createDirectories(attempts);
        Path directory = create(attempts, STAMP.format(LocalDateTime.now()) + "-" + name);
        JSON.writeValue(directory.resolve("request.json").toFile(), messages);
        return new Attempt(directory);
    }

    /** Makes a directory of its own for each attempt, also for two in one millisecond. */
    private static Path create(Path attempts, String name) throws IOException {
        for (int n = 1; ; n++) {
            try {
                return Files.createDirectory(attempts.resolve(n == 1 ? name : name + "-" + n));
            } catch (FileAlreadyExistsException e) {
                // Another attempt has it.
            }
        }
    }

    private Attempt(Path directory) throws IOException {
        this.directory = directory;
        this.completion = Files.newBufferedWriter(directory.resolve("completion.md"));
    }

    /**
     * Adds a piece of the answer.
     *
     * @throws UncheckedIOException if it can not be written, so that it can not be lost unnoticed
     */
    public void append(String piece) {
        try {
            completion.append(piece);
            completion.flush();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Writes down what is known of the answer besides its text. */
    public void finish(Completion outcome) throws IOException {
        JSON.writeValue(directory.resolve("outcome.json").toFile(), outcome);
    }

    /** Writes down how far the answer got. */
    public void judge(Verdict verdict) throws IOException {
        JSON.writeValue(
                directory.resolve("verdict.json").toFile(),
                new Kept(
                        verdict.passed(),
                        verdict.failed().orElse(null),
                        verdict.problems(),
                        verdict.source().map(PolicySource::text).orElse(null)));
    }

    /** What is kept of a verdict; the answer has files of its own. */
    @JsonPropertyOrder({"passed", "failed", "problems", "source"})
    private record Kept(List<Gate> passed, Gate failed, List<Problem> problems, String source) {}

    /** Returns where all this is. */
    public Path directory() {
        return directory;
    }

    @Override
    public void close() throws IOException {
        completion.close();
    }
}
