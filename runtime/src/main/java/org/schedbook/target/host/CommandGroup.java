package org.schedbook.target.host;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.schedbook.target.BackgroundProcess;

/**
 * A command and all that it starts, whatever becomes a daemon among it: a cgroup without
 * controllers, so that it weighs nothing in the scheduler. Where there can be none, for lack of
 * cgroups or of rights, only what descends from the running command is known.
 */
final class CommandGroup {

    private static final Path ROOT = Path.of("/sys/fs/cgroup/schedbook");
    private static final String PROCS = "cgroup.procs";
    private static final AtomicLong NR = new AtomicLong();

    /** The shell joins the group, and then becomes the command. */
    private static final String JOIN = "{ echo $$ > \"$0\"; } 2>/dev/null; exec \"$@\"";

    /** How long the kernel is given to end processes that were killed. */
    private static final int END_TRIES = 100;

    private static final int END_PAUSE_MS = 10;

    private static final int LONGEST_NAME = 60;

    private final Path directory;

    private CommandGroup(Path directory) {
        this.directory = directory;
    }

    static CommandGroup create() {
        Path directory = ROOT.resolve(ProcessHandle.current().pid() + "-" + NR.incrementAndGet());
        try {
            Files.createDirectories(directory);
            return new CommandGroup(Files.exists(directory.resolve(PROCS)) ? directory : null);
        } catch (IOException | SecurityException e) {
            return new CommandGroup(null);
        }
    }

    /** Returns the command that joins the group first. */
    List<String> joining(List<String> command) {
        if (directory == null) {
            return command;
        }
        var line = new ArrayList<>(List.of("sh", "-c", JOIN, directory.resolve(PROCS).toString()));
        line.addAll(command);
        return line;
    }

    /** Returns the processes in it. */
    List<BackgroundProcess> processes() {
        return directory == null
                ? List.of()
                : pids().map(pid -> new BackgroundProcess(pid, name(pid))).toList();
    }

    private Stream<Long> pids() {
        try {
            return Files.readAllLines(directory.resolve(PROCS)).stream().map(Long::valueOf);
        } catch (IOException e) {
            return Stream.of();
        }
    }

    private static String name(long pid) {
        Path process = Path.of("/proc", Long.toString(pid));
        try {
            String line = Files.readString(process.resolve("cmdline")).replace('\0', ' ').strip();
            String name = line.isEmpty() ? Files.readString(process.resolve("comm")).strip() : line;
            return name.length() <= LONGEST_NAME ? name : name.substring(0, LONGEST_NAME) + "…";
        } catch (IOException e) {
            return "a process that has just ended";
        }
    }

    /** Kills all that is in it, and waits until it is gone. */
    void kill(Process command) {
        command.descendants().forEach(ProcessHandle::destroyForcibly);
        command.destroyForcibly();
        if (directory == null) {
            return;
        }
        try {
            for (int i = 0; i < END_TRIES && !isGone(); i++) {
                Files.writeString(directory.resolve("cgroup.kill"), "1");
                Thread.sleep(END_PAUSE_MS);
            }
        } catch (IOException e) {
            // It is gone.
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Removes it if nothing is left in it, and says whether that was so. */
    boolean isGone() {
        if (directory == null) {
            return true;
        }
        if (pids().findAny().isPresent()) {
            return false;
        }
        try {
            Files.deleteIfExists(directory);
            return true;
        } catch (IOException e) {
            return false;
        }
    }
}
