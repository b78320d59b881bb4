package org.schedbook.magic;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.schedbook.jupyter.Magics;

/** docs/magics.md is made from the magics themselves. */
class MagicsReferenceTest {

    private static final Path PAGE = Path.of("../docs/magics.md");

    private static final String REGENERATE =
            "mvn -q test -pl kernel-ext -am -Dtest=MagicsReferenceTest"
                    + " -Dsurefire.failIfNoSpecifiedTests=false -Dschedbook.docs=write";

    @Test
    void isCurrent() throws IOException {
        if ("write".equals(System.getProperty("schedbook.docs"))) {
            Files.writeString(PAGE, page());
        }
        assertEquals(page(), Files.readString(PAGE), "stale; regenerate it:\n" + REGENERATE + "\n");
    }

    /** A second heading of the same letters has a number, as code-hosting pages count them. */
    private static String anchor(String magic, Map<String, Integer> anchors) {
        String letters = magic.replace("%", "");
        int times = anchors.merge(letters, 1, Integer::sum);
        return times == 1 ? letters : letters + "-" + (times - 1);
    }

    private static String page() {
        Map<String, List<Magics.Entry>> groups =
                EveryMagicTest.everyMagic()
                        .collect(
                                Collectors.groupingBy(
                                        Magics.Entry::group,
                                        LinkedHashMap::new,
                                        Collectors.toList()));
        var page = new StringBuilder();
        page.append("# Magics\n\n");
        page.append("<!-- Made from the code: ").append(REGENERATE).append(" -->\n\n");
        page.append(
                """
                A line magic, `%name`, is a line of a cell, and its value can be kept: `var r = %bench messaging`. \
                What is not kept is shown, in a loop each time. \
                In it `{name}` is the value of a variable: `%bench messaging -n {runs}`. \
                Other braces stay as they are typed, `{{name}}` is `{name}`, and where braces can only be meant for a \
                variable (not in `%shell` or `--command`), a name that none has is an error. \
                A cell magic, `%%name`, is the first line of a cell, after blank lines and comments at most, and works \
                on the lines below it. \
                In a notebook `%name?` shows what stands here, `%lsmagic` lists them all, Tab completes names, \
                options and values, and Shift-Tab explains.

                """);
        var anchors = new HashMap<String, Integer>();
        groups.forEach(
                (group, magics) -> {
                    page.append("| ").append(group).append(" | |\n|---|---|\n");
                    magics.forEach(
                            m ->
                                    page.append(
                                            "| [`%s`](#%s) | %s |\n"
                                                    .formatted(
                                                            m.name(),
                                                            anchor(m.name(), anchors),
                                                            m.summary())));
                    page.append('\n');
                });
        groups.forEach(
                (group, magics) -> {
                    page.append("## ").append(group).append("\n\n");
                    magics.forEach(
                            m ->
                                    page.append(
                                            "### %s\n\n```text\n%s\n```\n\n"
                                                    .formatted(
                                                            m.name().replace("%", "\\%"),
                                                            m.help()
                                                                    .lines()
                                                                    .map(String::stripTrailing)
                                                                    .collect(
                                                                            Collectors.joining(
                                                                                    "\n")))));
                });
        return page.toString().strip() + "\n";
    }
}
