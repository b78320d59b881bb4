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
import java.util.regex.Pattern;
import org.schedbook.file.ForeignFile;
import org.schedbook.file.ForeignFileException;
import org.schedbook.file.NamedFile;

/**
 * Answers that a model gave earlier, kept in a directory with exactly the messages it was given. A
 * recording answers those messages and no others, save for what {@link ChatMessage#stable} leaves
 * out of them: its file is named after the hash of the rest.
 */
public final class Recordings implements Model {

    private static final JsonMapper JSON =
            JsonMapper.builder().enable(SerializationFeature.INDENT_OUTPUT).build();

    /** Prompts and an answer; a file that is longer is none of ours. */
    private static final int MAX_BYTES = 8 << 20;

    private static final Pattern DATE = Pattern.compile("\\d{4}-\\d{2}-\\d{2}");

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
        Completion answer = read(file);
        onText.accept(answer.text());
        return answer;
    }

    private static Completion read(Path file) throws ModelException {
        try {
            return parse(ForeignFile.read(file, MAX_BYTES));
        } catch (ForeignFileException e) {
            throw unreadable(file, e.getMessage() + ".");
        } catch (IOException e) {
            throw unreadable(file, "It is no recording: " + Words.of(firstLine(e)));
        }
    }

    /**
     * Reads what a stranger may have written.
     *
     * @throws IOException if a part of it is missing
     */
    static Completion parse(byte[] bytes) throws IOException {
        Recording recording = JSON.readValue(bytes, Recording.class);
        if (recording == null
                || recording.completion() == null
                || recording.completion().isBlank()
                || recording.completion().length() > Answer.MAX_CHARACTERS) {
            throw new IOException("it has no answer, or one that is too long");
        }
        if (recording.model() == null || recording.model().isBlank()) {
            throw new IOException("it does not say which model answered");
        }
        if (recording.finishReason() == null) {
            throw new IOException("it does not say why the answer ends");
        }
        if (recording.recorded() == null || !DATE.matcher(recording.recorded()).matches()) {
            throw new IOException("it does not say on which day it was made");
        }
        return new Completion(
                recording.completion(),
                recording.model(),
                recording.finishReason(),
                0,
                0,
                0,
                recording.recorded());
    }

    private static String firstLine(IOException e) {
        return String.valueOf(e.getMessage()).lines().findFirst().orElse("");
    }

    private static ModelException unreadable(Path file, String why) {
        return new ModelException(
                "The recorded answer %s cannot be read. %s".formatted(file, why),
                "Restore the file, or configure a model endpoint.",
                "");
    }

    /**
     * Keeps a live answer.
     *
     * @param date the day the model gave it, such as {@code 2026-11-22}
     * @return the file written
     */
    public Path record(List<ChatMessage> messages, Completion completion, String date)
            throws IOException {
        NamedFile.directory(directory);
        Path file = file(messages);
        NamedFile.write(
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
