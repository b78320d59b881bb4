package org.schedbook.kernel;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.schedbook.child.ChildProcess;
import org.schedbook.compile.PolicySource;
import org.schedbook.kernel.Names.Headers;

/**
 * Makes an object of a policy's C, in a directory of its own and without any header of the system.
 */
public final class Clang {

    /** The one that the tests use: what the verifier takes depends on it. */
    private static final String PROGRAM = "clang-19";

    /** Whatever it is given, clang has 10 s of processor time, 2 GiB, and files of 64 MiB. */
    private static final List<String> BOUNDED =
            List.of(
                    "sh",
                    "-c",
                    "ulimit -t 10; ulimit -v 2097152; ulimit -f 131072; ulimit -c 0; exec \"$@\"",
                    "sh");

    /** What the shell answers where there is no such program, and from where on it was killed. */
    private static final int NOT_FOUND = 127;

    private static final int LIMIT_SECONDS = 60;

    /** More than this of what it writes is of no use to anyone. */
    private static final int MAX_WORDS = 8000;

    /** v4 has the signed division; -g is for the BTF. */
    private static final List<String> OPTIONS =
            List.of(
                    "-target",
                    "bpf",
                    "-mcpu=v4",
                    "-O2",
                    "-g",
                    "-std=gnu17",
                    "-fwrapv",
                    "-fno-builtin",
                    "-fno-strict-aliasing",
                    "-nostdinc",
                    "-fdebug-compilation-dir=.",
                    "-fno-color-diagnostics",
                    "-fno-crash-diagnostics",
                    "-w");

    private Clang() {}

    /** Compiles what was made of a policy in Java. */
    static byte[] compile(Translation translation, PolicySource source)
            throws ClangException, InterruptedException {
        return compile(translation, source, source.name() + ".java");
    }

    /**
     * Compiles a translation.
     *
     * @param file what its lines say they are of
     * @throws ClangException if there is no clang, or it does not compile
     */
    static byte[] compile(Translation translation, PolicySource source, String file)
            throws ClangException, InterruptedException {
        Path directory = null;
        try {
            directory = Files.createTempDirectory("schedbook-clang");
            for (String header : Headers.NAMES) {
                Files.writeString(directory.resolve(header), Headers.text(header));
            }
            String name = translation.name();
            // Beside the C, so that the verifier quotes the cell, in its own lines.
            Files.writeString(
                    directory.resolve(file), "\n".repeat(source.firstLine() - 1) + source.text());
            Files.writeString(directory.resolve(name + ".c"), translation.text());
            run(directory, name + ".c");
            return Files.readAllBytes(directory.resolve("policy.o"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } finally {
            if (directory != null) {
                delete(directory);
            }
        }
    }

    private static void run(Path directory, String file)
            throws ClangException, InterruptedException, IOException {
        Path words = directory.resolve("words");
        var command = new ArrayList<>(BOUNDED);
        command.add(PROGRAM);
        command.addAll(OPTIONS);
        command.addAll(List.of("-c", file, "-o", "policy.o"));
        Process process;
        try {
            process =
                    ChildProcess.of(command)
                            .directory(directory.toFile())
                            .redirectInput(
                                    ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()))
                            .redirectOutput(words.toFile())
                            .redirectErrorStream(true)
                            .start();
        } catch (IOException e) {
            throw ClangException.ofThisMachine(
                    "A policy in the kernel is compiled by way of sh, which cannot be started.",
                    "");
        }
        try {
            if (!process.waitFor(LIMIT_SECONDS, TimeUnit.SECONDS)) {
                throw gaveUp();
            }
        } finally {
            process.destroyForcibly();
        }
        if (process.exitValue() == NOT_FOUND) {
            throw ClangException.ofThisMachine(
                    "A policy in the kernel is compiled by "
                            + PROGRAM
                            + ", which is not installed (Debian: apt-get install clang-19).",
                    "");
        }
        if (process.exitValue() > NOT_FOUND) {
            throw gaveUp();
        }
        if (process.exitValue() != 0) {
            String said = new String(Files.readAllBytes(words), StandardCharsets.UTF_8);
            throw ClangException.ofThisMachine(
                    "The C that was made of the policy does not compile; this is a fault of"
                            + " Schedbook's own.",
                    said.substring(0, Math.min(said.length(), MAX_WORDS)));
        }
    }

    private static ClangException gaveUp() {
        return ClangException.ofThePolicy(
                "%s was given up: it took more than 10 s or 2 GiB. Write the policy in fewer words, and macros in smaller ones."
                        .formatted(PROGRAM));
    }

    private static void delete(Path directory) throws UncheckedIOException {
        try (var files = Files.walk(directory)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
