package org.schedbook.course;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.json.JsonReadFeature;
import java.io.CharConversionException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.schedbook.compile.PolicySource;
import org.schedbook.jupyter.CellMagic;

/**
 * Reads the {@code %%policy} and {@code %%answer} cells of a notebook that may be anything. Nothing
 * of it is run, its outputs are skipped unread, and it takes no more memory than its longest cell.
 */
final class NotebookReader {

    /** Pictures in outputs make a notebook large, but not so large. */
    static final long MAX_BYTES = 64L << 20;

    /** No cell that counts is nearly as long. */
    private static final int MAX_CELL = 1 << 20;

    private static final int MAX_TAKEN = 200;
    private static final int MAX_REMARKS = 20;
    private static final int SHOWN = 60;

    /** Python writes NaN, and so does Jupyter. */
    private static final JsonFactory JSON =
            JsonFactory.builder()
                    .enable(JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS)
                    .streamReadConstraints(
                            StreamReadConstraints.builder()
                                    .maxStringLength((int) MAX_BYTES)
                                    .maxNestingDepth(200)
                                    .build())
                    .build();

    private static final String POLICY = "policy";
    private static final Set<String> TAKEN = Set.of(POLICY, "answer");
    private static final int MAX_NAME = 80;

    private final Map<String, PolicySource> policies = new HashMap<>();
    private final Map<String, Answer> answers = new HashMap<>();
    private final List<String> remarks = new ArrayList<>();
    private int taken;

    private NotebookReader() {}

    /**
     * Reads a notebook; what is none is a submission of nothing that says why.
     *
     * @throws IOException if the file or directory cannot be read, whatever is in it
     */
    static Submission read(Path file) throws IOException {
        try {
            if (Files.isDirectory(file, LinkOption.NOFOLLOW_LINKS) && !Files.isReadable(file)) {
                throw new AccessDeniedException(file.toString());
            }
            if (!Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
                return Submission.nothing("This is not a file of its own, and was not read.");
            }
            if (Files.size(file) > MAX_BYTES) {
                return Submission.nothing(
                        "The notebook has %,d MiB and was not read; %d are the most. Clear its outputs."
                                .formatted(Files.size(file) >> 20, MAX_BYTES >> 20));
            }
            var reader = new NotebookReader();
            try (InputStream in = Files.newInputStream(file);
                    JsonParser json = JSON.createParser(in)) {
                if (!reader.cells(json)) {
                    return Submission.nothing(
                            "This is not a notebook of format 4: it has no list of cells.");
                }
            }
            return new Submission(reader.policies, reader.answers, reader.remarks);
        } catch (JsonProcessingException | CharConversionException e) {
            return Submission.nothing("This is not a notebook: it is not the JSON of one.");
        }
    }

    private boolean cells(JsonParser json) throws IOException {
        if (json.nextToken() != JsonToken.START_OBJECT) {
            return false;
        }
        boolean found = false;
        while (json.nextToken() == JsonToken.FIELD_NAME) {
            String field = json.currentName();
            boolean list = json.nextToken() == JsonToken.START_ARRAY;
            if (!field.equals("cells") || !list) {
                json.skipChildren();
                continue;
            }
            found = true;
            int nr = 0;
            while (json.nextToken() != JsonToken.END_ARRAY) {
                nr++;
                if (json.currentToken() == JsonToken.START_OBJECT) {
                    cell(json, nr);
                } else {
                    json.skipChildren();
                }
            }
        }
        return found;
    }

    private void cell(JsonParser json, int nr) throws IOException {
        boolean code = false;
        String source = "";
        while (json.nextToken() == JsonToken.FIELD_NAME) {
            String field = json.currentName();
            json.nextToken();
            switch (field) {
                case "cell_type" -> {
                    code =
                            json.currentToken() == JsonToken.VALUE_STRING
                                    && json.getText().equals("code");
                    json.skipChildren();
                }
                case "source" -> source = source(json);
                default -> json.skipChildren();
            }
        }
        if (code && source.length() > MAX_CELL) {
            remark("Cell %d is longer than %,d characters and was not read.", nr, MAX_CELL);
        } else if (code) {
            take(source.replace("\r\n", "\n").replace('\r', '\n'), nr);
        }
    }

    /** A string, or a list of them; of one that is too long so much that it is seen. */
    private static String source(JsonParser json) throws IOException {
        var text = new StringBuilder();
        if (json.currentToken() == JsonToken.VALUE_STRING) {
            append(text, json);
        } else if (json.currentToken() == JsonToken.START_ARRAY) {
            while (json.nextToken() != JsonToken.END_ARRAY) {
                if (json.currentToken() == JsonToken.VALUE_STRING) {
                    append(text, json);
                } else {
                    json.skipChildren();
                }
            }
        } else {
            json.skipChildren();
        }
        return text.toString();
    }

    private static void append(StringBuilder text, JsonParser json) throws IOException {
        if (text.length() <= MAX_CELL) {
            text.append(json.getText());
        }
    }

    private void take(String source, int nr) {
        CellMagic magic = CellMagic.of(source).orElse(null);
        if (magic == null
                || magic.arguments().size() != 1
                || magic.arguments().getFirst().length() > MAX_NAME
                || !TAKEN.contains(magic.name())) {
            return;
        }
        if (++taken > MAX_TAKEN) {
            remark("Cell %d and what follows it was not read: there are too many.", nr);
            return;
        }
        String name = magic.arguments().getFirst();
        try {
            if (magic.name().equals(POLICY)) {
                var policy = new PolicySource(name, magic.body(), magic.firstBodyLine());
                if (policies.put(name, policy) != null) {
                    remark("There are several cells of policy %s; the last one counts.", name);
                }
            } else {
                if (answers.remove(name) != null) {
                    remark("There are several answers %s; the last one counts.", name);
                }
                answers.put(name, Answer.of(name, magic.body()));
            }
        } catch (IllegalArgumentException e) {
            remark("Cell %d (%s): %s.", nr, shortened(name), e.getMessage());
        }
    }

    private void remark(String sentence, Object... arguments) {
        String remark = sentence.formatted(arguments);
        if (remarks.size() < MAX_REMARKS && !remarks.contains(remark)) {
            remarks.add(remark);
        }
    }

    private static String shortened(String text) {
        return text.length() <= SHOWN ? text : text.substring(0, SHOWN) + "…";
    }
}
