package org.schedbook;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.schedbook.compile.CompiledPolicy;
import org.schedbook.compile.CompilerProcess;
import org.schedbook.compile.PolicySource;
import org.schedbook.kernel.KernelPolicy;
import org.schedbook.prompt.DryRun;
import org.schedbook.target.CommandResult;
import org.schedbook.target.host.HostTarget;
import org.schedbook.target.sim.SimMachine;
import org.schedbook.target.sim.SimOptions;
import org.schedbook.target.sim.SimTarget;
import org.schedbook.target.sim.SimWorkload;
import org.schedbook.target.vm.VmTarget;

/** What a notebook with secrets in its environment hands on: its children are looked into. */
class ChildEnvironmentTest {

    private static final String SECRET = "planted-secret";

    private static final List<String> PLANTED =
            List.of(
                    "OPENAI_API_KEY",
                    "OPENAI_BASE_URL",
                    "GITHUB_TOKEN",
                    "AWS_SECRET_ACCESS_KEY",
                    "JUPYTERHUB_API_TOKEN",
                    "JDK_JAVA_OPTIONS_OF_MINE");

    @Test
    @Timeout(180)
    void noChildSeesASecret() throws Exception {
        var builder =
                new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "--enable-native-access=ALL-UNNAMED",
                        "-cp",
                        System.getProperty("java.class.path"),
                        Notebook.class.getName());
        PLANTED.forEach(name -> builder.environment().put(name, SECRET));
        Process notebook = builder.redirectErrorStream(true).start();
        String output;
        try {
            output = notebook.inputReader().readAllAsString();
            assertTrue(notebook.waitFor(60, TimeUnit.SECONDS));
        } finally {
            notebook.destroyForcibly();
        }
        assertEquals(0, notebook.exitValue(), output);
        assertTrue(output.contains("children looked into: "), output);
    }

    /** Has all kinds of children that need no guest, and looks into them meanwhile. */
    static final class Notebook {

        private static final Set<String> SEEN = new ConcurrentSkipListSet<>();
        private static final Set<String> LEAKS = new ConcurrentSkipListSet<>();

        public static void main(String[] args) throws Exception {
            if (!SECRET.equals(System.getenv(PLANTED.getFirst()))) {
                throw new IllegalStateException("nothing is planted");
            }
            Thread.ofPlatform().daemon().start(Notebook::watch);
            PolicySource fifo = PolicySource.builtIn("fifo").orElseThrow();
            CompiledPolicy policy = new CompilerProcess().compile(fifo);
            KernelPolicy.of(fifo, policy);
            SimTarget.simulate(
                    policy, SimWorkload.messaging(1, 5), SimMachine.flat(2), SimOptions.DEFAULT);
            new DryRun(2).run(fifo, policy);
            VmTarget.availability(); // asks QEMU for its version, if there is one
            CommandResult environment =
                    new HostTarget().run(List.of("env"), Duration.ofSeconds(20), _ -> {});
            if (environment.output().contains(SECRET)) {
                LEAKS.add("env");
            }
            if (!environment.output().contains("PATH=")) {
                LEAKS.add("nothing at all is handed on");
            }
            var wanted =
                    new TreeSet<>(
                            List.of(
                                    "CompileWorker",
                                    "TranslateWorker",
                                    "SimWorker",
                                    "DryRunProcess"));
            wanted.removeIf(name -> SEEN.stream().anyMatch(line -> line.contains(name)));
            System.out.println("children looked into: " + SEEN.size());
            System.out.println("leaks: " + LEAKS + ", not looked into: " + wanted);
            System.exit(LEAKS.isEmpty() && wanted.isEmpty() ? 0 : 1);
        }

        private static void watch() {
            while (true) {
                ProcessHandle.current().descendants().forEach(Notebook::look);
            }
        }

        private static void look(ProcessHandle child) {
            Path process = Path.of("/proc", Long.toString(child.pid()));
            try {
                String line = read(process.resolve("cmdline"));
                String environment = read(process.resolve("environ"));
                // Of a process that becomes another one, the two may be of different programs.
                if (line.isEmpty() || !line.equals(read(process.resolve("cmdline")))) {
                    return;
                }
                // Between fork and exec it is this process still, and spawns by a helper of Java's.
                if (line.contains(Notebook.class.getName()) || line.contains("jspawnhelper")) {
                    return;
                }
                SEEN.add(line);
                if (environment.contains(SECRET)) {
                    LEAKS.add(line);
                }
            } catch (IOException e) {
                // It has ended meanwhile.
            }
        }

        private static String read(Path file) throws IOException {
            return new String(Files.readAllBytes(file), StandardCharsets.UTF_8);
        }
    }
}
