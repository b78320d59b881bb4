package org.schedbook.kernel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.schedbook.compile.PolicySource;

/** docs/in-kernel.md has the C that really comes out, and every name of what is refused. */
class InKernelPageTest {

    private static String page() throws Exception {
        return Files.readString(Path.of("../docs/in-kernel.md"));
    }

    private static List<String> blocks(String language) throws Exception {
        return Pattern.compile("(?s)```" + language + "\n(.*?)```")
                .matcher(page())
                .results()
                .map(match -> match.group(1))
                .toList();
    }

    @Test
    void theCIsWhatTheJavaBecomes() throws Exception {
        List<String> java = blocks("java");
        List<String> c = blocks("c");
        assertEquals(List.of(3, 3), List.of(java.size(), c.size()));
        for (int i = 0; i < java.size(); i++) {
            String made = Translator.translate(new PolicySource("page", java.get(i))).c();
            assertEquals(c.get(i).stripTrailing(), made.stripTrailing());
        }
    }

    @ParameterizedTest
    @EnumSource(Unsupported.class)
    void everyNameIsOnThePage(Unsupported why) throws Exception {
        assertTrue(page().contains("`" + why.label() + "`"), why.label());
    }
}
