package org.schedbook.prompt;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class SourceExtractorTest {

    private static final String SOURCE =
            """
            public class A extends Policy {
                // a brace: { and a fence: `x`
                String s = "}";
                char c = '{';
            }
            """;

    private static final String OLD = "class Old extends Policy {\n}\n";

    private static String fenced(String source) {
        return "```java\n" + source + "```\n";
    }

    private static String indented(String text, String prefix) {
        return text.lines().map(line -> prefix + line + "\n").reduce("", String::concat);
    }

    static Stream<Arguments> answers() {
        String glued = SOURCE.stripTrailing();
        return Stream.of(
                Arguments.of(
                        "a fence among words",
                        "Sure!\n\n" + fenced(SOURCE) + "This does what you want."),
                Arguments.of("a fence alone", "```\n" + SOURCE + "```"),
                Arguments.of(
                        "a fence with more than a language",
                        "```Java title=A.java {1,2}\n" + SOURCE + "```"),
                Arguments.of("a fence after words", "Here it is: " + fenced(SOURCE)),
                Arguments.of("a fence in a numbered list", "1. " + fenced(SOURCE) + "2. Run it."),
                Arguments.of(
                        "a fence in a bulleted list",
                        "- Policy: ```java\n" + SOURCE + "```\n- Run it."),
                Arguments.of("a fence in bold words", "**A.java** ```java\n" + SOURCE + "```"),
                Arguments.of("a fence in a heading", "### ```java\n" + SOURCE + "```"),
                Arguments.of("a fence of tildes", "~~~java\n" + SOURCE + "~~~\nDone."),
                Arguments.of("a fence of four", "````java\n" + SOURCE + "````\nDone."),
                Arguments.of("a longer end", "```java\n" + SOURCE + "`````\nDone."),
                Arguments.of(
                        "an end with words behind", "```java\n" + SOURCE + "``` Hope this helps!"),
                Arguments.of("an end glued to the code", "```java\n" + glued + "```\nDone."),
                Arguments.of("an end glued, with a blank", "```java\n" + glued + " ```  \nDone."),
                Arguments.of("an end of tildes glued", "~~~\n" + glued + "~~~"),
                Arguments.of("no end", "```java\n" + SOURCE),
                Arguments.of(
                        "no end, and words below",
                        "```java\n" + SOURCE + "\nThis policy puts {short} tasks first.\n"),
                Arguments.of(
                        "no end before the next begins",
                        "```java\n" + SOURCE + "```sh\n%attach a\n```\n"),
                Arguments.of("quoted", indented(fenced(SOURCE), "> ")),
                Arguments.of(
                        "quoted, with words",
                        "See:\n" + indented("So:\n" + fenced(SOURCE) + "There.\n", "> ")),
                Arguments.of("quoted twice", indented(fenced(SOURCE), "> > ")),
                Arguments.of("Windows' ends of lines", fenced(SOURCE).replace("\n", "\r\n")),
                Arguments.of("blanks that do not break", fenced(SOURCE).replace(" ", "\u00a0")),
                Arguments.of("a blank of no width before the fence", "\u200b" + fenced(SOURCE)),
                Arguments.of(
                        "blanks of no width in the code",
                        fenced(SOURCE).replace("extends", "ext\u200bends\ufeff")),
                Arguments.of("a mark before the text", "\ufeff" + SOURCE),
                Arguments.of("no fence", SOURCE),
                Arguments.of("no fence, words above", "Here it is.\n" + SOURCE),
                Arguments.of(
                        "no fence, words below",
                        SOURCE + "\nThis policy puts {short} tasks first."),
                Arguments.of(
                        "no fence, words above and below",
                        "I import nothing. The class:\n\n" + SOURCE + "\nimport it and run."),
                Arguments.of(
                        "no fence, and words that say class",
                        "class that extends Policy, as asked:\n" + SOURCE),
                Arguments.of(
                        "no fence, and code in words",
                        "I use `class A extends Policy` here.\n\n" + SOURCE),
                Arguments.of("words in the same line", "The policy: " + SOURCE),
                Arguments.of("HTML", "<code>" + SOURCE + "</code>"),
                Arguments.of(
                        "HTML in HTML",
                        "<p>See</p><pre><code class=\"language-java\">"
                                + SOURCE.replace("\"", "&quot;")
                                + "</code></pre>"),
                Arguments.of("a tag of its own", "<policy>\n" + SOURCE + "</policy>"),
                Arguments.of("a tag around a fence", "<answer>\n" + fenced(SOURCE) + "</answer>"),
                Arguments.of("a tag in a fence", "```java\n<code>\n" + SOURCE + "</code>\n```"),
                Arguments.of(
                        "JSON",
                        "{\"answer\":{\"code\":\""
                                + SOURCE.replace("\"", "\\\"").replace("\n", "\\n")
                                + "\"}}"),
                Arguments.of(
                        "JSON in a fence",
                        "```json\n{\"code\":\""
                                + SOURCE.replace("\"", "\\\"").replace("\n", "\\n")
                                + "\"}\n```"),
                Arguments.of(
                        "thoughts",
                        "<think>Perhaps\n" + fenced(OLD) + "or not.</think>\n" + fenced(SOURCE)),
                Arguments.of(
                        "thoughts below the answer in them",
                        "<think>\n" + fenced(SOURCE) + "</think>\nSorry."),
                Arguments.of(
                        "thoughts without a beginning",
                        "Perhaps\n" + fenced(OLD) + "no.\n</think>\n" + fenced(SOURCE)),
                Arguments.of(
                        "thoughts without an end", "<think>\nI will write:\n" + fenced(SOURCE)),
                Arguments.of(
                        "thoughts by another name", "<reasoning>" + OLD + "</reasoning>" + SOURCE),
                Arguments.of(
                        "the last of several",
                        fenced(OLD)
                                + "better:\n"
                                + fenced(SOURCE)
                                + "run\n```sh\n%attach a\n```\n"),
                Arguments.of(
                        "an old one at the end",
                        "New:\n"
                                + fenced(SOURCE)
                                + "\nFor reference, the old version:\n"
                                + fenced(OLD)),
                Arguments.of(
                        "an old one at the end, by a comment of several lines",
                        fenced(SOURCE) + "\n" + fenced("/** The original policy. */\n" + OLD)),
                Arguments.of(
                        "a higher version first",
                        "Version 2:\n" + fenced(SOURCE) + "Version 1:\n" + fenced(OLD)),
                Arguments.of(
                        "a higher version last",
                        "Version 1:\n" + fenced(OLD) + "Version 2:\n" + fenced(SOURCE)),
                Arguments.of(
                        "an old one at the end, by a comment",
                        fenced(SOURCE) + "\n" + fenced("// old version\n" + OLD)),
                Arguments.of(
                        "an old one at the end, in a heading",
                        "## After\n" + fenced(SOURCE) + "## Before\n\n" + fenced(OLD)),
                Arguments.of(
                        "what it was given, at the end",
                        fenced(SOURCE) + "This is the policy you gave me:\n" + fenced(OLD)),
                Arguments.of(
                        "an old one first",
                        "The original version:\n"
                                + fenced(OLD)
                                + "Here is the new version, which replaces the original version.\n"
                                + fenced(SOURCE)),
                Arguments.of(
                        "an alternative at the end",
                        fenced(SOURCE) + "Alternatively, without weights:\n" + fenced(OLD)),
                Arguments.of(
                        "a sketch at the end",
                        fenced(SOURCE)
                                + "In short:\n"
                                + fenced("class A extends Policy {\n    ...\n}\n")),
                Arguments.of(
                        "a method alone at the end",
                        fenced(SOURCE) + "The heart of it:\n```java\nvoid enqueue(Task t) {}\n```"),
                Arguments.of("words on the language's line", "```java " + SOURCE + "```"),
                Arguments.of(
                        "a patch of all lines",
                        "```diff\n--- a/A.java\n+++ b/A.java\n@@ -1,2 +1,5 @@\n-class Old extends Policy {\n"
                                + indented(SOURCE, "+")
                                + "```"),
                Arguments.of("a package", "```java\npackage my.policies;\n" + SOURCE + "```"),
                Arguments.of(
                        "indented as code", "Here:\n\n" + indented(SOURCE, "    ") + "\nDone."),
                Arguments.of(
                        "a fence in a list of a list",
                        "- a\n  - b:\n\n" + indented(fenced(SOURCE), "      ") + "Done."),
                Arguments.of(
                        "blanks of another width", fenced(SOURCE).replace("    ", "\u3000   ")),
                Arguments.of(
                        "lines with numbers",
                        "```java\n"
                                + "1 | public class A extends Policy {\n"
                                + "2 |     // a brace: { and a fence: `x`\n"
                                + "3 |     String s = \"}\";\n"
                                + "10|     char c = '{';\n"
                                + "11| }\n```"),
                Arguments.of("marked as quoted", "```\n" + indented(SOURCE, "> ") + "```"),
                Arguments.of(
                        "lines with numbers and a letter",
                        "```java\n"
                                + "L1: public class A extends Policy {\n"
                                + "L2:     // a brace: { and a fence: `x`\n"
                                + "L3:     String s = \"}\";\n"
                                + "L4:     char c = '{';\n"
                                + "L5: }\n```"),
                Arguments.of("a text that has no lines", SOURCE.replace("\n", "\\n")),
                Arguments.of(
                        "a fence that has no lines",
                        ("```java\n" + SOURCE + "```").replace("\n", "\\n")),
                Arguments.of("HTML's lines", "<p>" + SOURCE.replace("\n", "<br>") + "</p>"),
                Arguments.of(
                        "a dict of Python",
                        "{'notes': None, 'ok': True, 'code': '" + python(SOURCE) + "'}"),
                Arguments.of(
                        "a dict of Python over several lines",
                        "Here:\n{\n  'code': '" + python(SOURCE) + "',\n  'notes': None,\n}\n"),
                Arguments.of(
                        "a list of dicts of Python",
                        "```python\n[{'type': 'text', 'text': '"
                                + python(SOURCE)
                                + "', 'annotations': None}]\n```"),
                Arguments.of(
                        "JSON with Python's constants",
                        "{\n\"notes\": None,\n" + json("'code':'%s'") + "\n}"),
                Arguments.of("JSON with a comma too many", "{\n" + json("'code':'%s'") + ",\n}"),
                Arguments.of(
                        "JSON whose strings have lines",
                        "{\n\"code\": \"" + SOURCE.replace("\"", "\\\"") + "\"\n}"),
                Arguments.of(
                        "JSON without quotes around its names", "{\n" + json("code:'%s'") + "\n}"),
                Arguments.of("JSON among words", "Sure: " + json("{'code': '%s'}") + " Done."),
                Arguments.of(
                        "JSON in a fence of any kind", "```JSON5\n" + json("{'a':'%s'}") + "\n```"),
                Arguments.of(
                        "parts of an answer", json("[{'type':'text','text':'```java\\n%s```'}]")),
                Arguments.of(
                        "a tool's arguments",
                        json(
                                "{'name':'write','arguments':'{\\'path\\':\\'A.java\\',\\'text\\':\\'%s\\'}'}",
                                2)),
                Arguments.of(
                        "a notebook",
                        "{\"cells\":[{\"source\":[\"%%policy a\\n\","
                                + SOURCE.lines()
                                        .map(line -> json("'%s'", line + "\n"))
                                        .collect(Collectors.joining(","))
                                + "]}]}"),
                Arguments.of(
                        "a method that has a policy",
                        fenced(SOURCE) + "Try:\n" + fenced("void f() { " + OLD.strip() + " }\n")),
                Arguments.of(
                        "code that only begins in words",
                        "I write `class B extends Policy {`.\n" + SOURCE),
                Arguments.of(
                        "what is to be replaced, and by what",
                        "```\n<<<<<<< SEARCH\n"
                                + OLD
                                + "=======\n"
                                + SOURCE
                                + ">>>>>>> REPLACE\n```"),
                Arguments.of(
                        "lines of JShell",
                        "```\n"
                                + indented(SOURCE, "   ...> ")
                                        .replaceFirst("   \\.\\.\\.>", "jshell>")
                                + "```"),
                Arguments.of("lines of a list", indented(SOURCE, "- ")),
                Arguments.of("bold code", "**" + SOURCE.replaceFirst("\n", "**\n")),
                Arguments.of(
                        "the API that it was given",
                        fenced(SOURCE)
                                + "The class that you extend:\n"
                                + fenced("public abstract class Policy {\n    void x() {}\n}\n")),
                Arguments.of(
                        "a skeleton below",
                        fenced(SOURCE)
                                + "In general a policy looks like this:\n"
                                + fenced("class B extends Policy {\n    // your code here\n}\n")),
                Arguments.of(
                        "what was recommended",
                        "Option 1 (recommended):\n" + fenced(SOURCE) + "Option 2:\n" + fenced(OLD)),
                Arguments.of(
                        "a second option, recommended",
                        "Option 1:\n" + fenced(OLD) + "Option 2 (recommended):\n" + fenced(SOURCE)),
                Arguments.of("a fence that nothing is in", "```\n```java\n" + SOURCE + "```\n```"));
    }

    private static String python(String source) {
        return source.replace("\\", "\\\\").replace("'", "\\'").replace("\n", "\\n");
    }

    /** A text as JSON has it, whose quotes are ' here. */
    private static String json(String pattern) {
        return json(pattern, 1);
    }

    private static String json(String pattern, int times) {
        String text = SOURCE;
        for (int i = 0; i < times; i++) {
            text = escaped(text);
        }
        return pattern.replace('\'', '"').replace("%s", text);
    }

    private static String json(String pattern, String text) {
        return pattern.replace('\'', '"').replace("%s", escaped(text));
    }

    private static String escaped(String text) {
        return text.replace("\\", "\\\\").replace("\"", "\\\"").replace("\n", "\\n");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "## Simpler variant\n",
                "If you prefer round robin, use this instead:\n",
                "A variation without the weights:\n",
                "The plain baseline:\n",
                "Do not write it like this:\n",
                "What would not work:\n",
                "An incorrect example:\n",
                "Avoid this one, it starves tasks:\n",
                "Here's what it replaces:\n",
                "Compare with what was there:\n",
                "Zum Vergleich die alte Fassung:\n",
                "**Original:**\n",
                "### Before\n",
                "My previous attempt was:\n",
                "Your code was:\n",
                "The version that failed:\n",
                "Warning - this one is broken, do not use it:\n",
                "instead of\n",
                "Rather than:\n",
                "For contrast, plain FIFO would be:\n",
                "The built-in fifo, which this is derived from:\n",
                "Vorher:\n",
                "Version anterior:\n",
                "Versión anterior:\n",
                "旧版本：\n",
            })
    void anAlternativeBelowIsNotTheAnswer(String words) {
        assertEquals(
                Optional.of(SOURCE), SourceExtractor.extract(fenced(SOURCE) + words + fenced(OLD)));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Wait, that would not work because of starvation. Corrected:\n",
                "To avoid starvation I changed it:\n",
                "The queue must not be shared, so:\n",
                "Here is a version that does not use floating point:\n",
                "If you want all of it in one file, here is the final code:\n",
                "A simple policy that does this:\n",
                "Another approach, which is better:\n",
                "It does what the version that failed did not:\n",
                "This is better than the original:\n",
                "Nothing is left of your code; it was wrong, so here is mine:\n",
                "Nachher:\n",
                "新版本：\n",
            })
    void aCorrectionBelowIs(String words) {
        assertEquals(
                Optional.of(SOURCE), SourceExtractor.extract(fenced(OLD) + words + fenced(SOURCE)));
    }

    @Test
    void whatThePolicyNeedsComesFromOtherBlocks() {
        String policy = "class A extends Policy {\n    Job job;\n}\n";
        String job = "record Job(Kind kind) {}\n";
        String kind = "enum Kind { LONG, SHORT }\n";
        String more = "class Main { static Policy a = new A(); }\n";
        assertEquals(
                Optional.of("import java.util.zip.CRC32;\n" + policy + "\n" + job + "\n" + kind),
                SourceExtractor.extract(
                        "Imports:\n"
                                + fenced("import java.util.zip.CRC32;\n")
                                + "Helpers:\n"
                                + fenced(kind)
                                + fenced(job)
                                + "The policy:\n"
                                + fenced(policy)
                                + "To try it:\n"
                                + fenced(more)));
    }

    @Test
    void aPolicyThatGoesOnInTheNextBlockIsJoined() {
        assertEquals(
                Optional.of("class A extends Policy {\n    int x;\n    int y;\n}\n"),
                SourceExtractor.extract(
                        "```java\nclass A extends Policy {\n    int x;\n```\nand\n```java\n    int y;\n}\n```"));
    }

    @Test
    void aPolicyOverManyBlocksIsJoined() {
        assertEquals(
                Optional.of("class A extends Policy {\n    int x;\n    int y;\n}\n"),
                SourceExtractor.extract(
                        "```java\nclass A extends Policy {\n```\nwith\n```java\n    int x;\n```\nand\n"
                                + "```java\n    int y;\n```\nand at last\n```java\n}\n```"));
    }

    @Test
    void aPolicyThatAnotherBlockCompletesIsTakenWithIt() {
        assertEquals(
                Optional.of(
                        "abstract class Base extends Policy {\n}\n\npublic class A extends Base {\n}\n"),
                SourceExtractor.extract(
                        fenced("abstract class Base extends Policy {\n}\n")
                                + "and\n"
                                + fenced("public class A extends Base {\n}\n")));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "```java\n%s```",
                "```\n--- a/A.java\n+++ b/A.java\n@@ -1,3 +1,3 @@\n%s```",
                "--- a/A.java\n+++ b/A.java\n@@ -1,3 +1,3 @@\n%s",
            })
    void aPatchIsApplied(String answer) {
        String patch =
                """
                 class A extends Policy {
                     int x;
                -        int y;
                +        int z;
                 }
                """;
        assertEquals(
                Optional.of("class A extends Policy {\n    int x;\n        int z;\n}\n"),
                SourceExtractor.extract(answer.formatted(patch)));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("answers")
    void thePolicyIsFoundWhereAPersonWouldFindIt(String how, String answer) {
        assertEquals(Optional.of(SOURCE), SourceExtractor.extract(answer), how);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "public final class P extends Policy {\n}\n",
                "class P extends org.schedbook.policy.Policy {\n}\n",
                "final class P extends Policy implements Comparable<P> {\n}\n",
                "class P<T extends Object> extends Policy {\n}\n",
                "class P\n        extends Policy\n{\n}\n",
                "class P // the policy\n        extends Policy { // goes on\n}\n",
                "class P /* the policy */ extends Policy {\n}\n",
                "class P<T extends Comparable<T>> extends Policy {\n}\n",
                "class Größe extends Policy {\n}\n",
                "class P$1 extends Policy {\n}\n",
                "import module java.base;\nclass P extends Policy {\n}\n",
                "class P extends Policy {\n    String s = \"\"\"\n```\n~~~\n        \"\"\";\n}\n",
                "/**\n```java\nx();\n```\n*/\nclass P extends Policy {\n}\n",
                "/// Words:\n/// ```java\n/// x();\n/// ```\nclass P extends Policy {\n}\n",
                "/* class Old extends Policy { */\nclass P extends Policy {\n}\n",
                "// class Old extends Policy {\n// }\nclass P extends Policy {\n}\n",
                "/** Words. */\nclass P extends Policy {\n}\n",
                "// Words.\n// More.\nclass P extends Policy {\n}\n",
                "@SuppressWarnings(\"all\")\nclass P extends Policy {\n}\n",
                "import java.util.*;\nimport static java.lang.Math.max;\n\n/** Words. */\nclass P extends Policy {\n}\n",
                "record Job(long at) {}\n\nclass P extends Policy {\n}\n",
                "class P extends Policy {\n}\n\nrecord Job(long at) {}\n",
                "class P extends Policy {\n    String s = \"\"\"\n        } x\n        \"\"\";\n}\n",
            })
    void allOfTheFileIsTaken(String source) {
        assertEquals(Optional.of(source), SourceExtractor.extract("```java\n" + source + "```\n"));
        assertEquals(Optional.of(source), SourceExtractor.extract("Look:\n" + source + "\nThere."));
        assertEquals(Optional.of(source), SourceExtractor.extract("So: ~~~~\n" + source + "~~~~"));
    }

    @Test
    void aLongerFenceIsNotEndedByAShorterOne() {
        String source = SOURCE.replace("`x`", "```x``` and ```");
        assertEquals(
                Optional.of(source), SourceExtractor.extract("````java\n" + source + "````\n"));
    }

    @Test
    void aFenceInACommentOfTheSourceEndsNothing() {
        String source = "class P extends Policy {\n    // ```\n    /* x */ int y;\n}\n";
        assertEquals(Optional.of(source), SourceExtractor.extract("```java\n" + source + "```"));
    }

    @Test
    void anUnderscoreThatMarkdownEscapesIsOne() {
        assertEquals(
                Optional.of("class P extends Policy {\n    long s = SLICE_DFL_NS;\n}\n"),
                SourceExtractor.extract(
                        "class P extends Policy {\n    long s = SLICE\\_DFL\\_NS;\n}\n"));
    }

    @Test
    void tagsInCommentsOfTheSourceStay() {
        String source = "/** <p>A <code>fifo</code>: a &lt; b. */\nclass P extends Policy {\n}\n";
        assertEquals(Optional.of(source), SourceExtractor.extract("```java\n" + source + "```"));
    }

    @Test
    void aBlockThatWasCutOffIsTakenAsFarAsItGoes() {
        assertEquals(
                Optional.of("public class A extends Policy {\n    void x(\n"),
                SourceExtractor.extract("```java\npublic class A extends Policy {\n    void x("));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "I can not do that.",
                "```java\nint x;\n```",
                "Write a class that extends Policy.",
                "```java\nclass A extends Object {}\n```",
            })
    void proseHasNoSource(String answer) {
        assertTrue(SourceExtractor.extract(answer).isEmpty());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "```\n",
                "<code>",
                "{",
                "/*",
                "\"\"\"\n```\n",
                "{\"a\": ",
                "class A extends Policy {}\n",
                "```\nrecord R() {}\n```\n",
                "class A extends Policy {",
                "<think>",
                "// x\n",
                "import a;\n",
                "`",
                "@A ",
                "class A extends Policy ",
                "final "
            })
    void anAnswerOfAnyLengthIsReadInTime(String part) {
        assertTimeoutPreemptively(
                Duration.ofSeconds(60),
                () -> SourceExtractor.extract(part.repeat(20_000) + "class A extends Policy {"));
    }
}
