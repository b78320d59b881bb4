package org.schedbook.prompt;

import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.time.format.DateTimeFormatter;
import java.util.List;
import org.schedbook.llm.ChatMessage;
import org.schedbook.llm.Completion;

/**
 * One request to a model, kept in a directory of its own from before it is sent: {@code
 * request.json}, {@code completion.md} as it arrives, so that not even a killed kernel loses what
 * was paid for, and {@code outcome.json} at the end.
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
        Path directory = attempts.resolve(STAMP.format(LocalDateTime.now()) + "-" + name);
        Files.createDirectories(directory);
        JSON.writeValue(directory.resolve("request.json").toFile(), messages);
        return new Attempt(directory);
    }

    private Attempt(Path directory) throws IOException {
        this.directory = directory;
        this.completion = Files.newBufferedWriter(directory.resolve("completion.md"));
    }

    /** Adds a piece of the answer. */
    public void append(String piece) throws IOException {
        completion.append(piece);
        completion.flush();
    }

    /** Writes down what is known of the answer besides its text. */
    public void finish(Completion outcome) throws IOException {
        JSON.writeValue(directory.resolve("outcome.json").toFile(), outcome);
    }

    /** Returns where all this is. */
    public Path directory() {
        return directory;
    }

    @Override
    public void close() throws IOException {
        completion.close();
    }
}
