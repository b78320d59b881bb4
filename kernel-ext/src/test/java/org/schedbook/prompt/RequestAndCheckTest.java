package org.schedbook.prompt;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.lang.reflect.Modifier;
import java.net.URI;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.schedbook.compile.PolicyCompiler;
import org.schedbook.compile.PolicySource;
import org.schedbook.compile.RefusedException;

/** What a request lets a model take of {@code java.util} is what the check lets through. */
class RequestAndCheckTest {

    /** What is refused of it, by the words with which the request forbids it. */
    private static final Map<String, Set<String>> FORBIDDEN =
            Map.of(
                    "no threads", Set.of("Timer", "TimerTask"),
                    "no input or output",
                            Set.of(
                                    "Formatter",
                                    "Formattable",
                                    "FormattableFlags",
                                    "HexFormat",
                                    "ListResourceBundle",
                                    "Properties",
                                    "PropertyResourceBundle",
                                    "ResourceBundle",
                                    "Scanner"),
                    "no reflection", Set.of("ServiceConfigurationError", "ServiceLoader"),
                    "no system calls",
                            Set.of(
                                    "Calendar",
                                    "Currency",
                                    "Date",
                                    "GregorianCalendar",
                                    "PropertyPermission",
                                    "SimpleTimeZone",
                                    "TimeZone",
                                    "UUID"));

    /**
     * Leftovers that no policy has a use for: old ways to tell others, and what streams stand on.
     */
    private static final Set<String> USELESS =
            Set.of(
                    "Dictionary",
                    "EventListener",
                    "EventListenerProxy",
                    "EventObject",
                    "Observable",
                    "Observer",
                    "Spliterator",
                    "Spliterators");

    @Test
    void allOfJavaUtilIsAllowedOrForbiddenInWords() throws Exception {
        Set<String> refused = new TreeSet<>(USELESS);
        String request = PromptTexts.builtIn().get("system.md");
        FORBIDDEN.forEach(
                (words, types) -> {
                    assertTrue(
                            request.contains(words) || request.contains(words.replace("no ", "")),
                            words);
                    refused.addAll(types);
                });
        List<String> allowed =
                javaUtil().stream()
                        .filter(type -> !refused.contains(type))
                        .filter(
                                type ->
                                        !type.matches(
                                                ".*(Format|Locale|Resource|Listeners|InputMismatch).*Exception"))
                        .toList();
        new PolicyCompiler().compile(naming(allowed));
        var e =
                assertThrows(
                        RefusedException.class,
                        () -> new PolicyCompiler().compile(naming(List.copyOf(refused))));
        String problems = e.problems().toString();
        assertEquals(List.of(), refused.stream().filter(type -> !problems.contains(type)).toList());
    }

    /** A policy that has a field of each type. */
    private static PolicySource naming(List<String> types) {
        return new PolicySource(
                "p",
                types.stream()
                        .map(type -> "    java.util.%s f%s;%n".formatted(type, type))
                        .collect(
                                Collectors.joining(
                                        "",
                                        "@SuppressWarnings(\"all\") class P extends Policy {\n",
                                        "    public void enqueue(Task t, long flags) {\n"
                                                + "        insert(t, Dsq.GLOBAL, 1_000_000, flags);\n"
                                                + "    }\n}\n")));
    }

    private static List<String> javaUtil() throws IOException {
        Path directory =
                FileSystems.getFileSystem(URI.create("jrt:/"))
                        .getPath("/modules/java.base/java/util");
        try (Stream<Path> files = Files.list(directory)) {
            return files.map(file -> file.getFileName().toString())
                    .filter(name -> name.matches("[A-Za-z]+\\.class"))
                    .map(name -> name.replace(".class", ""))
                    .filter(RequestAndCheckTest::isPublic)
                    .sorted()
                    .toList();
        }
    }

    private static boolean isPublic(String type) {
        try {
            return Modifier.isPublic(
                    Class.forName("java.util." + type, false, null).getModifiers());
        } catch (ClassNotFoundException e) {
            throw new AssertionError(e);
        }
    }
}
