package org.schedbook.target.vm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A guest that root has saved goes on for other users, who change nothing of it. */
@Tag("long")
@Timeout(600)
class SharedSnapshotIT {

    private static final int ANNE = 54_321;
    private static final int BERT = 54_322;
    private static final int ROOT = 0;

    @TempDir Path directory;
    private Path guest;
    private Path classes;

    /** What is in root's home is nobody else's to read. */
    @BeforeEach
    void makeReadable() throws Exception {
        assumeTrue(System.getProperty("user.name").equals("root"), "only root is several users");
        Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxr-xr-x"));
        guest = Files.createDirectory(directory.resolve("guest"));
        classes = Files.createDirectory(directory.resolve("classes"));
        int index = 0;
        for (String each : System.getProperty("java.class.path").split(File.pathSeparator)) {
            if (Files.exists(Path.of(each))) { // each keeps its place
                Path copy = classes.resolve("%03d".formatted(index++));
                sh("mkdir %s && cp -rL %s %s".formatted(copy, each, copy));
            }
        }
        Path image = GuestImage.directory();
        for (String part : List.of("base", "payload", "qemu")) {
            if (Files.exists(image.resolve(part))) {
                sh("cp -a --sparse=always %s %s".formatted(image.resolve(part), guest));
            }
        }
        sh("chmod -R a+rX %s".formatted(directory));
    }

    @AfterEach
    void makeRemovable() throws Exception {
        sh("chmod -R u+w %s".formatted(directory));
    }

    @Test
    void ofANewQemuItsMemoryIsMappedFromWhereItWasSaved() throws Exception {
        boolean maps = Qemu.mapsReadOnlyFiles(Architecture.HOST);
        sharedBy(qemu(), maps ? "resumed" : "copied, then resumed", maps ? 0 : 1);
    }

    @Test
    void ofAnOldOneItIsCopiedOnce() throws Exception {
        // On a system whose QEMU is new that says that it is old.
        Path qemu = directory.resolve("old-qemu");
        Files.writeString(
                qemu,
                """
                #!/bin/sh
                test "$1" = --version && echo QEMU emulator version 7.2.0 && exit
                exec %s "$@"
                """
                        .formatted(Architecture.HOST.qemu()));
        sh("chmod a+rx " + qemu);
        sharedBy(qemu.toString(), "copied, then resumed", 1);
    }

    /** Returns the image's own QEMU, where these users can read it, or else the system's. */
    private String qemu() {
        Path qemu = Path.of(Qemu.program(Architecture.HOST));
        Path image = GuestImage.resolved(GuestImage.directory());
        return qemu.startsWith(image)
                ? guest.resolve(image.relativize(qemu)).toString()
                : qemu.toString();
    }

    private void sharedBy(String qemu, String how, int copies) throws Exception {
        assertEquals("will boot, disabled, resumed, 1 saved", as(ROOT, qemu).get());
        sh("chmod -R a-w %s".formatted(guest));
        String before = listing();
        String expected = "%s, disabled, resumed, %d saved".formatted(how, copies);
        try (var students = Executors.newFixedThreadPool(2)) {
            var started = new ArrayList<Future<String>>();
            for (int user : List.of(ANNE, BERT)) {
                started.add(students.submit(() -> as(user, qemu).get()));
            }
            for (var each : started) {
                assertEquals(expected, each.get());
            }
        }
        // Nor does root, who could, change what has been made for everybody.
        assertEquals("resumed, disabled, resumed, 0 saved", as(ROOT, qemu).get());
        assertEquals(before, listing());
    }

    @Test
    void whatOthersCouldHaveMadeIsNotBelievedAndThatIsSaid() throws Exception {
        // It need not be a guest for that.
        String qemu = qemu();
        String key = as(ROOT, qemu, "plan").get().replaceAll(".*key=(\\S+).*", "$1");
        Path files = guest.resolve("snapshots").resolve(key);
        sh("mkdir -p %s && cd %s && touch ram devices sums".formatted(files, files));
        sh("chmod -R a-w,a+rX " + guest);
        assertPlan(qemu, "resumed", files.toString());
        sh("chmod a+w %s/ram".formatted(files));
        assertPlan(qemu, "will boot", "ram can be written to by others");
        sh("chmod a-w %s/ram && chown -R %d %s".formatted(files, ANNE, files));
        assertPlan(qemu, "will boot", "belongs to user " + ANNE);
        sh("chown -R 0 %s && chmod 0700 %s".formatted(files, files));
        assertPlan(qemu, "will boot", files + " cannot be read by this user");
        sh("chmod 0755 %s && chmod 0400 %s/ram".formatted(files, files));
        assertPlan(qemu, "will boot", files + "/ram cannot be read by this user");
        sh("rm -r %s".formatted(files));
        assertPlan(qemu, "will boot", "none has been saved");
    }

    private void assertPlan(String qemu, String how, String why) throws Exception {
        String plan = as(BERT, qemu, "plan").get();
        assertTrue(plan.contains(how) && plan.contains(why), plan);
    }

    private interface Told {
        String get() throws Exception;
    }

    /** Starts a notebook of a user's, as far as it is about guests. */
    private Told as(int user, String qemu, String... arguments) throws Exception {
        Path home = directory.resolve("home" + user);
        sh("mkdir -p %s && chown %d %s && chmod 0700 %s".formatted(home, user, home, home));
        var command = new ArrayList<>(List.of("setpriv", "--reuid", "" + user));
        command.addAll(List.of("--regid", "" + user, "--clear-groups", "--"));
        command.addAll(List.of("env", "-i", "PATH=" + System.getenv("PATH")));
        command.addAll(List.of("HOME=" + home, "XDG_CACHE_HOME=" + home, "SCHEDBOOK_QEMU=" + qemu));
        command.add("SCHEDBOOK_ACCELERATOR=tcg"); // these users may not use KVM
        command.add("SCHEDBOOK_GUEST=" + guest);
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(List.of("-Dschedbook.rehearsals=0", "-cp", classPath()));
        command.add(Notebook.class.getName());
        command.addAll(List.of(arguments));
        return () -> output(command);
    }

    private String classPath() throws Exception {
        try (var all = Files.list(classes)) {
            var entries = new ArrayList<String>();
            for (Path each : all.sorted().toList()) {
                try (var one = Files.list(each)) {
                    entries.add(one.findFirst().orElseThrow().toString());
                }
            }
            return String.join(File.pathSeparator, entries);
        }
    }

    /** Returns name, owner, rights, size and time of everything that is shared. */
    private String listing() throws Exception {
        return sh("find %s -printf '%%p %%U %%m %%s %%T@ %%C@\\n' | sort".formatted(guest));
    }

    private static String sh(String command) throws Exception {
        return output(List.of("sh", "-c", command));
    }

    private static String output(List<String> command) throws Exception {
        Process process =
                new ProcessBuilder(command).redirectError(new File("/dev/stderr")).start();
        try {
            String output = process.inputReader().readAllAsString().strip();
            assertEquals(0, process.waitFor(), command::toString);
            return output;
        } finally {
            process.destroyForcibly();
        }
    }

    /** Says how a guest would start, starts one, and says how the next one would. */
    static final class Notebook {
        public static void main(String[] args) throws Exception {
            GuestStart start = VmTarget.start(GuestShape.DEFAULT);
            if (args.length > 0) {
                Path key = VmTarget.snapshot(GuestShape.DEFAULT).directory().getFileName();
                System.out.println(start + " key=" + key);
                System.exit(0);
            }
            String state;
            try (VmTarget guest = VmTarget.boot()) {
                state = guest.state();
            }
            System.out.printf(
                    "%s, %s, %s, %d saved%n",
                    start.how(), state, VmTarget.start(GuestShape.DEFAULT).how(), saved());
            System.exit(0);
        }

        private static long saved() throws Exception {
            Path own = GuestImage.find(Architecture.HOST).snapshots();
            if (!Files.exists(own)) {
                return 0;
            }
            try (var all = Files.list(own)) {
                return all.filter(Files::isDirectory).count();
            }
        }
    }
}
