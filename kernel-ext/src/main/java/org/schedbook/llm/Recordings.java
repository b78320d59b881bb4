package org.schedbook.llm;

import com.fasterxml.jackson.annotation.JsonPropertyOrder;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Answers that a model gave earlier, kept in a directory with exactly the messages it was given. A
 * recording answers those messages and no others, save for what {@link ChatMessage#stable} leaves
 * out of them: its file is named after the hash of the rest.
 */
public final class Recordings implements Model {

    private static final JsonMapper JSON =
            JsonMapper.builder().enable(SerializationFeature.INDENT_OUTPUT).build();

    /** The contents of a file. */
    @JsonPropertyOrder({"model", "recorded", "finishReason", "messages", "completion"})
    private record Recording(
            String model,
            String recorded,
            String finishReason,
            List<ChatMessage> messages,
            String completion) {}

    private final Path directory;

    /**
     * @param directory need not exist
     */
    public Recordings(Path directory) {
        this.directory = directory;
    }

    @Override
    public String name() {
        return "recorded";
    }

    @Override
    public String place() {
        return directory.toString();
    }

    @Override
    public Sampling sampling() {
        return Sampling.DEFAULT;
    }

    /** Plays the recording of these messages back. */
    @Override
    public Completion complete(List<ChatMessage> messages, Consumer<String> onText)
            throws ModelException {
        Path file = find(messages).orElseThrow(NotRecordedException::new);
        Recording recording;
        try {
            recording = JSON.readValue(file.toFile(), Recording.class);
        } catch (IOException e) {
            throw new ModelException(
                    "The recorded answer " + file + " cannot be read.",
                    "Restore the file, or configure a model endpoint.",
                    "");
        }
        onText.accept(recording.completion());
        return new Completion(
                recording.completion(),
                recording.model(),
                recording.finishReason(),
                0,
                0,
                0,
                recording.recorded());
    }

    /**
     * Keeps a live answer.
     *
     * @param date the day the model gave it, such as {@code 2026-11-22}
     * @return the file written
     */
    public Path record(List<ChatMessage> messages, Completion completion, String date)
            throws IOException {
        Files.createDirectories(directory);
        Path file = file(messages);
        Files.writeString(
                file,
                JSON.writeValueAsString(
                                new Recording(
                                        completion.model(),
                                        date,
                                        completion.finishReason(),
                                        messages,
                                        completion.text()))
                        + "\n");
        return file;
    }

    /** Returns the file with the answer to these messages, if there is one. */
    public Optional<Path> find(List<ChatMessage> messages) {
        return Optional.of(file(messages)).filter(Files::exists);
    }

    private Path file(List<ChatMessage> messages) {
        return directory.resolve(hash(messages).substring(0, 16) + ".json");
    }

    private static String hash(List<ChatMessage> messages) {
        try {
            var sha256 = MessageDigest.getInstance("SHA-256");
            for (ChatMessage message : messages) {
                // A zero byte is in no text, so two different chats never look the same.
                sha256.update(
                        (message.role() + "\0" + message.stable() + "\0")
                                .getBytes(StandardCharsets.UTF_8));
            }
            return HexFormat.of().formatHex(sha256.digest());
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every Java has SHA-256", e);
        }
    }
}
