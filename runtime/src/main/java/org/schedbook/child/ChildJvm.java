package org.schedbook.child;

import java.io.File;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * How a JVM of ours is started.
 *
 * @param main the class whose {@code main} it runs
 * @param heapMib the memory for its objects
 * @param options further ones of the JVM
 * @param libraries a class of each jar it needs besides that of {@code main}
 */
public record ChildJvm(Class<?> main, int heapMib, List<String> options, List<Class<?>> libraries) {

    /** The exit code of a JVM that {@code -XX:+ExitOnOutOfMemoryError} ended. */
    static final int OUT_OF_MEMORY = 3;

    public ChildJvm {
        options = List.copyOf(options);
        libraries = List.copyOf(libraries);
    }

    /** Returns a builder of the process. */
    public ProcessBuilder builder(String... arguments) {
        var command = new ArrayList<String>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.add("-Xmx" + heapMib + "m");
        command.add("-XX:+UseSerialGC");
        command.add("-Duser.language=en"); // of the compiler's messages
        command.add("-Duser.country=US");
        command.addAll(options);
        command.add("-cp");
        command.add(classPath());
        command.add(main.getName());
        command.addAll(List.of(arguments));
        return ChildProcess.of(command);
    }

    /** What it needs of this JVM's class path, wherever that came from. */
    private String classPath() {
        return Stream.concat(Stream.of(main), libraries.stream())
                .map(ChildJvm::place)
                .distinct()
                .collect(Collectors.joining(File.pathSeparator));
    }

    private static String place(Class<?> type) {
        try {
            return Path.of(type.getProtectionDomain().getCodeSource().getLocation().toURI())
                    .toString();
        } catch (URISyntaxException e) {
            throw new AssertionError("a place of classes is a path", e);
        }
    }
}
