package org.schedbook.target.vm;

import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.lang.module.ModuleDescriptor;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.schedbook.child.ChildProcess;
import org.schedbook.file.Trust;
import org.schedbook.target.TargetException;
import org.schedbook.target.host.ProcMemory;

/**
 * One QEMU process. Its standard input and output are the guest's virtio-serial port, and its
 * standard error is the guest's console and QEMU's own complaints; so a guest at work needs no
 * socket, no port and no temporary file.
 */
final class Qemu implements AutoCloseable {

    static final String HOW_TO_INSTALL =
            "Install it (Debian: apt-get install %s), or run ./schedbook doctor."
                    .formatted(Architecture.HOST.qemuPackage());

    private static final Pattern VERSION = Pattern.compile("version (\\d+\\.\\d+)");
    private static final Pattern RELEASE = Pattern.compile("version ([\\d.]+)");

    /** A panic ends QEMU at once ({@code panic=-1} with {@code -no-reboot}). */
    private static final String KERNEL_OPTIONS = "quiet panic=-1 nokaslr mitigations=off";

    /** A QEMU that a guest has taken over can neither run a program nor change its user. */
    private static final String SANDBOX =
            "on,elevateprivileges=deny,spawn=deny,resourcecontrol=deny";

    /** Runs what follows so that it dies with the thread that started it. */
    private static final List<String> DIE_WITH_PARENT =
            List.of("setpriv", "--pdeathsig", "KILL", "--");

    /** What QEMU says of itself, by program. */
    private static final Map<String, String> VERSIONS = new ConcurrentHashMap<>();

    private final Process process;
    private final Tail console;
    private Lockstep lockstep;

    private Qemu(Process process) {
        this.process = process;
        this.console = new Tail(process.getErrorStream());
    }

    /**
     * Returns the command that boots a guest.
     *
     * @param kernelOption one more option for the guest's kernel and init, or an empty string
     */
    static List<String> command(GuestImage image, Hardware hardware, String kernelOption) {
        var command = new ArrayList<String>();
        command.add(program(image.architecture()));
        command.addAll(firmware(image.architecture()));
        command.addAll(machine(image, hardware, kernelOption));
        return List.copyOf(command);
    }

    /** Returns the part of a {@link #command} that says what the guest is. */
    static List<String> machine(GuestImage image, Hardware hardware, String kernelOption) {
        var command = new ArrayList<String>();
        Architecture architecture = image.architecture();
        command.addAll(List.of("-nodefaults", "-no-user-config", "-no-reboot"));
        command.addAll(List.of("-display", "none", "-nic", "none"));
        command.addAll(List.of("-machine", architecture.machine()));
        command.addAll(List.of("-sandbox", SANDBOX));
        command.addAll(hardware.options());
        command.addAll(List.of("-kernel", image.kernel().toString()));
        command.addAll(List.of("-initrd", image.initrd().toString()));
        command.addAll(
                List.of(
                        "-append",
                        "console=%s %s %s"
                                .formatted(architecture.console(), KERNEL_OPTIONS, kernelOption)));
        command.addAll(disks(image));
        command.addAll(List.of("-device", "virtio-serial-pci"));
        command.addAll(List.of("-chardev", "stdio,id=agent,signal=off"));
        command.addAll(List.of("-device", "virtserialport,chardev=agent,name=org.schedbook.agent"));
        command.addAll(List.of("-chardev", "file,id=console,path=/dev/stderr,append=on"));
        command.addAll(List.of("-serial", "chardev:console"));
        return List.copyOf(command);
    }

    /** Runs a {@link #command}. */
    static Qemu start(List<String> command) throws TargetException {
        return new Qemu(spawn(command));
    }

    /**
     * Returns the program to run: what the system property {@code schedbook.qemu} or the variable
     * {@code SCHEDBOOK_QEMU} names for guests of this machine's architecture, or the one that
     * {@code ./schedbook} brought, which it does where the system's is too old to run a guest's
     * CPUs at once, or else the system's. One that others can write to is as good as none.
     */
    static String program(Architecture architecture) {
        String named = System.getProperty("schedbook.qemu", System.getenv("SCHEDBOOK_QEMU"));
        if (named != null && !named.isBlank() && architecture == Architecture.HOST) {
            return named;
        }
        Path directory = GuestImage.directory(architecture).resolve("qemu/current");
        Path brought = GuestImage.resolved(directory).resolve(architecture.qemu());
        return Files.isExecutable(brought) && isTrusted(brought)
                ? brought.toString()
                : architecture.qemu();
    }

    private static boolean isTrusted(Path path) {
        try {
            return Trust.objection(path).isEmpty();
        } catch (IOException e) {
            return false;
        }
    }

    /** One that was brought has its firmware beside it; the system's finds its own. */
    private static List<String> firmware(Architecture architecture) {
        Path directory = Path.of(program(architecture)).resolveSibling("data");
        return directory.isAbsolute() && Files.isDirectory(directory)
                ? List.of("-L", directory.toString())
                : List.of();
    }

    /** Returns whether there is such a program, or one of that name on the path. */
    static boolean isInstalled() {
        Path program = Path.of(program(Architecture.HOST));
        return program.getNameCount() > 1
                ? Files.isExecutable(program)
                : Stream.of(System.getenv("PATH").split(File.pathSeparator))
                        .anyMatch(
                                directory ->
                                        Files.isExecutable(Path.of(directory).resolve(program)));
    }

    /**
     * Returns whether emulation by several threads is safe for a kernel that patches its own code:
     * from QEMU 8.1 on.
     */
    static boolean patchesCodeSafely(Architecture architecture) throws TargetException {
        return isAtLeast("8.1", version(architecture));
    }

    /**
     * Returns whether a file that may only be read can be a guest's memory, mapped privately: from
     * QEMU 8.2 on, which knows {@code rom=off}.
     */
    static boolean mapsReadOnlyFiles(Architecture architecture) throws TargetException {
        return isAtLeast("8.2", version(architecture));
    }

    static boolean isAtLeast(String wanted, String version) {
        Matcher number = VERSION.matcher(version);
        // Not a Runtime.Version, of which "10.0" is none.
        return number.find()
                && ModuleDescriptor.Version.parse(number.group(1))
                                .compareTo(ModuleDescriptor.Version.parse(wanted))
                        >= 0;
    }

    /** Returns its version as people know it, such as {@code 10.0.2}. */
    static String release(Architecture architecture) throws TargetException {
        String version = version(architecture);
        Matcher number = RELEASE.matcher(version);
        return number.find() ? number.group(1) : version;
    }

    /** Returns the first line of what QEMU says of itself, asked once. */
    static String version(Architecture architecture) throws TargetException {
        String program = program(architecture);
        String known = VERSIONS.get(program);
        if (known != null) {
            return known;
        }
        try {
            Process process = ChildProcess.of(program, "--version").start();
            try (BufferedReader reader = process.inputReader()) {
                String version = Objects.requireNonNullElse(reader.readLine(), "");
                VERSIONS.put(program, version);
                return version;
            }
        } catch (IOException e) {
            throw notStarted(e);
        }
    }

    private static TargetException notStarted(Throwable cause) {
        return new TargetException(
                "QEMU could not be started.", HOW_TO_INSTALL, cause.getMessage());
    }

    /** The driver of virtio disks is a module, which a kernel that was added does not have. */
    private static List<String> disks(GuestImage image) {
        var options = new ArrayList<String>();
        if (image.hasNvmeDisks()) {
            options.addAll(List.of("-device", "nvme,id=nvme,serial=schedbook"));
            options.addAll(disk("root", image.root(), "nvme-ns,bus=nvme,nsid=1"));
            options.addAll(disk("payload", image.payload(), "nvme-ns,bus=nvme,nsid=2"));
        } else {
            options.addAll(disk("root", image.root(), "virtio-blk-pci"));
            options.addAll(disk("payload", image.payload(), "virtio-blk-pci"));
        }
        return options;
    }

    private static List<String> disk(String id, Path file, String device) {
        return List.of(
                "-drive",
                "if=none,format=raw,read-only=on,id=%s,file=%s".formatted(id, escape(file)),
                "-device",
                device + ",drive=" + id);
    }

    /** Returns a file name for use in an option; a comma is doubled: qemu(1), "Suboptions". */
    static String escape(Path file) {
        return file.toString().replace(",", ",,");
    }

    /**
     * Starts a process on a thread that lives as long as the process does. The kernel kills QEMU
     * when that thread ends, so kill -9 of this JVM leaves no guest behind: prctl(2),
     * PR_SET_PDEATHSIG.
     */
    private static Process spawn(List<String> command) throws TargetException {
        var whole = new ArrayList<>(DIE_WITH_PARENT);
        whole.addAll(command);
        var started = new CompletableFuture<Process>();
        Thread.ofPlatform()
                .daemon()
                .name("qemu")
                .start(
                        () -> {
                            try {
                                Process process = ChildProcess.of(whole).start();
                                started.complete(process);
                                process.waitFor();
                            } catch (IOException e) {
                                started.completeExceptionally(e);
                            } catch (InterruptedException e) {
                                throw new AssertionError("nobody interrupts this thread", e);
                            }
                        });
        try {
            return started.join();
        } catch (RuntimeException e) {
            throw notStarted(e.getCause());
        }
    }

    /** Keeps the way to speak to a guest that stands still between requests. */
    void keep(Lockstep way) {
        lockstep = way;
    }

    /** Returns the way to speak to a guest that stands still between requests, if it does. */
    Optional<Lockstep> lockstep() {
        return Optional.ofNullable(lockstep);
    }

    InputStream fromGuest() {
        return process.getInputStream();
    }

    OutputStream toGuest() {
        return process.getOutputStream();
    }

    /** Returns whether QEMU ended by itself within the time given. */
    boolean waitFor(long timeout, TimeUnit unit) throws InterruptedException {
        return process.waitFor(timeout, unit);
    }

    int exitCode() {
        return process.exitValue();
    }

    /** Has something done when QEMU has ended, in whatever way. */
    void onExit(Runnable action) {
        var _ = process.onExit().thenRun(action);
    }

    ProcessHandle process() {
        return process.toHandle();
    }

    boolean isAlive() {
        return process.isAlive();
    }

    /** Returns the memory it has of its own, not shared with a file, in MiB: proc_pid_status(5). */
    long residentMib() {
        try {
            return ProcMemory.mib(ProcMemory.of(process.pid()), "RssAnon");
        } catch (IOException e) {
            return 0; // it has ended
        }
    }

    /** Returns whether QEMU has ended because it could not take the state of a saved guest. */
    boolean hasRefusedState() {
        return !process.isAlive() && console().contains("load of migration failed");
    }

    /** Says how QEMU ended, waiting a moment for it to do so. */
    String ending() {
        try {
            return process.waitFor(1, TimeUnit.SECONDS)
                    ? "QEMU ended with status " + process.exitValue()
                    : "QEMU runs, but the guest hung up";
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return "";
        }
    }

    /** Returns the end of what console and QEMU wrote. */
    String console() {
        return console.text();
    }

    /** Kills the guest; it has nothing that needs to be saved. */
    @Override
    public void close() {
        process.destroyForcibly();
        try {
            if (lockstep != null) {
                lockstep.close();
            }
            process.waitFor(5, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (IOException e) {
            throw new AssertionError("closing what nobody writes to does not fail", e);
        }
    }
}
