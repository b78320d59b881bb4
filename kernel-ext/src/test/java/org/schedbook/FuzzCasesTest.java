package org.schedbook;

import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/**
 * What the fuzzer starts from, and what it has found: each is a file below {@code fuzz}, in the
 * directory of the target it is for. {@code mvn -Pfuzz test} looks for more.
 */
class FuzzCasesTest {

    private static final List<String> TARGETS =
            List.of(
                    "org.schedbook.llm.StreamFuzz",
                    "org.schedbook.llm.RecordingFuzz",
                    "org.schedbook.jupyter.CellFuzz",
                    "org.schedbook.prompt.AnswerFuzz");

    @TestFactory
    List<DynamicTest> whatTheFuzzerKnowsEndsWell() throws Exception {
        var tests = new ArrayList<DynamicTest>();
        for (String target : TARGETS) {
            var method = Class.forName(target).getMethod("fuzzerTestOneInput", byte[].class);
            for (Path file : cases(target.substring(target.lastIndexOf('.') + 1))) {
                byte[] input = Files.readAllBytes(file);
                tests.add(
                        DynamicTest.dynamicTest(
                                file.getParent().getFileName() + " " + file.getFileName(),
                                () ->
                                        assertTimeoutPreemptively(
                                                Duration.ofSeconds(20),
                                                () -> method.invoke(null, (Object) input))));
            }
        }
        return tests;
    }

    private static List<Path> cases(String target) throws IOException {
        try (Stream<Path> files = Files.list(Path.of("src", "test", "resources", "fuzz", target))) {
            return files.sorted().toList();
        }
    }
}
