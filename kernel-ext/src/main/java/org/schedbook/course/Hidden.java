package org.schedbook.course;

import java.io.IOException;
import java.net.MalformedURLException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.ServiceConfigurationError;
import java.util.ServiceLoader;

/** The hidden tests of all labs, read from a jar that only a grader has. */
public final class Hidden {

    /** Where the jar is: the path of a file, or of a directory of classes. */
    public static final String VARIABLE = "SCHEDBOOK_HIDDEN_TESTS";

    private final Map<String, Map<String, Part.Tests>> byLab;

    private Hidden(Map<String, Map<String, Part.Tests>> byLab) {
        this.byLab = byLab;
    }

    /**
     * Reads them.
     *
     * @throws IOException if there are none there; says what is wrong
     */
    public static Hidden in(Path jar) throws IOException {
        if (!Files.isReadable(jar)) {
            throw new IOException("there is no file %s that can be read".formatted(jar));
        }
        var byLab = new HashMap<String, Map<String, Part.Tests>>();
        // Stays open: a test loads classes when it first runs.
        var loader = new URLClassLoader(new URL[] {url(jar)}, Hidden.class.getClassLoader());
        if (loader.findResource("META-INF/services/" + HiddenTests.class.getName()) == null) {
            throw new IOException("there are no tests of labs in %s".formatted(jar));
        }
        try {
            for (HiddenTests each : ServiceLoader.load(HiddenTests.class, loader)) {
                byLab.put(each.lab(), each.tests());
            }
        } catch (ServiceConfigurationError | LinkageError e) {
            throw new IOException(
                    "the tests in %s do not fit this Schedbook: %s".formatted(jar, e.getMessage()),
                    e);
        }
        return new Hidden(byLab);
    }

    private static URL url(Path jar) throws MalformedURLException {
        return jar.toUri().toURL();
    }

    /**
     * Returns the hidden tests of a part.
     *
     * @throws IllegalStateException if the part has hidden points and there are no tests for them
     */
    Part.Tests of(Lab lab, Part part) {
        Part.Tests tests = byLab.getOrDefault(lab.name(), Map.of()).get(part.name());
        if (tests == null) {
            throw new IllegalStateException(
                    "there are no hidden tests of %s of %s".formatted(part.name(), lab.name()));
        }
        return tests;
    }
}
