package org.schedbook.prompt;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Optional;
import org.junit.jupiter.api.Test;

class SourceExtractorTest {

    private static final String SOURCE = "public class A extends Policy {\n    // body\n}\n";

    @Test
    void aFencedBlockIsTakenWithoutThePoseAroundIt() {
        assertExtracted("Sure!\n\n```java\n" + SOURCE + "```\nThis does what you want.");
    }

    @Test
    void anyLanguageTagOrNoneIsAFence() {
        assertExtracted("```\n" + SOURCE + "```");
        assertExtracted("```Java title=A.java\n" + SOURCE + "```");
    }

    @Test
    void ofSeveralBlocksTheLastPolicyCounts() {
        assertExtracted(
                "```java\npublic class Old extends Policy {}\n```\nbetter:\n```java\n"
                        + SOURCE
                        + "```\nrun\n```sh\n%attach a\n```\n");
    }

    @Test
    void aBlockThatWasCutOffIsTakenAsFarAsItGoes() {
        assertEquals(
                Optional.of("public class A extends Policy {\n    void x(\n"),
                SourceExtractor.extract("```java\npublic class A extends Policy {\n    void x("));
    }

    @Test
    void withoutFencesTheCodeStartsAtItsFirstLine() {
        assertExtracted("Here it is.\n" + SOURCE);
        assertExtracted(SOURCE);
    }

    @Test
    void theCommentAboveTheClassBelongsToIt() {
        assertEquals(
                Optional.of("/** Words. */\n" + SOURCE),
                SourceExtractor.extract("Look:\n/** Words. */\n" + SOURCE));
    }

    @Test
    void proseHasNoSource() {
        assertTrue(SourceExtractor.extract("I can not do that.").isEmpty());
        assertTrue(SourceExtractor.extract("").isEmpty());
        assertTrue(SourceExtractor.extract("```java\nint x;\n```").isEmpty());
    }

    private static void assertExtracted(String answer) {
        assertEquals(Optional.of(SOURCE), SourceExtractor.extract(answer));
    }
}
