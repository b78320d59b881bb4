package org.schedbook.units;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.schedbook.child.ChildProcess;
import org.schedbook.session.SessionException;

/** Slurm, by its command line. */
final class Slurm {

    /** Slurm's clients give up earlier themselves. */
    private static final long PATIENCE_S = 90;

    private static final Set<String> ENDED =
            Set.of(
                    "BOOT_FAIL",
                    "CANCELLED",
                    "COMPLETED",
                    "DEADLINE",
                    "FAILED",
                    "NODE_FAIL",
                    "OUT_OF_MEMORY",
                    "PREEMPTED",
                    "REVOKED",
                    "TIMEOUT");

    private static final String FIELDS =
            "ArrayJobID:|,ArrayTaskID:|,State:|,Reason:|,exit_code:|,NodeList:|,Comment:";

    /** A command that was not done. */
    static final class SlurmException extends Exception {

        private static final long serialVersionUID = 1L;

        SlurmException(String said) {
            super(said);
        }
    }

    /** A task of a batch. */
    record Task(String batch, int number) {}

    /**
     * What Slurm knows of a task.
     *
     * @param id what Slurm calls it
     * @param status of its process: as Linux has it, or one of Slurm's own errors
     */
    record Fate(String id, String state, String reason, int status, String node) {

        /** What is not known to be an end is none. */
        boolean hasEnded() {
            return ENDED.contains(state);
        }

        boolean isRunning() {
            return state.equals("RUNNING");
        }

        boolean isCancelled() {
            return state.equals("CANCELLED");
        }

        /** Slurm could not start it, and leaves it to an administrator to have it try again. */
        boolean isStuck() {
            return state.equals("PENDING") && reason.matches("launch.failed.requeued.held");
        }

        /** Returns why it came to its end, in a sentence. */
        String why() {
            return switch (state) {
                case "TIMEOUT", "DEADLINE" ->
                        "Slurm ended the task because its time was over (%s); SBATCH_TIMELIMIT asks for more."
                                .formatted(state);
                case "NODE_FAIL", "BOOT_FAIL" ->
                        "Slurm lost the node %s (%s).".formatted(node, state);
                case "OUT_OF_MEMORY" ->
                        "The task wanted more memory than Slurm had given it (%s)."
                                .formatted(state);
                case "PREEMPTED" ->
                        "Slurm ended the task in favour of another (%s).".formatted(state);
                case "COMPLETED" ->
                        "Slurm says that the task is done (%s), but there is no result."
                                .formatted(state);
                case "PENDING" -> "Slurm could not start the task (%s).".formatted(reason);
                default -> process();
            };
        }

        private String process() {
            if (status > 0 && status < 128) {
                return UnitWorker.endedBySignal(status);
            }
            return status % 256 == 0
                    ? UnitWorker.endedWithCode(status / 256)
                    : "Slurm could not run the task on %s (%s, error %d)."
                            .formatted(node, reason, status);
        }
    }

    private final String name;

    /**
     * Knows jobs of one name.
     *
     * @param name of letters, digits and hyphens
     */
    Slurm(String name) {
        this.name = name;
    }

    // ---- Commands ---------------------------------------------------------------------------

    /**
     * Submits the tasks of a batch, as one array.
     *
     * @param script for each of them; {@code SLURM_ARRAY_TASK_ID} is its number
     * @param options further ones of sbatch
     */
    void submit(Batch batch, String script, List<String> options)
            throws SlurmException, InterruptedException {
        var command =
                new ArrayList<>(
                        List.of(
                                "sbatch",
                                "--job-name=" + name,
                                "--comment=" + batch.id(),
                                "--array=0-" + (batch.tasks().size() - 1),
                                "--ntasks=1",
                                "--no-requeue")); // what is missing then is submitted anew
        command.addAll(options);
        run(command, script);
    }

    /** Returns what Slurm knows of the tasks of this name, also of those that ended of late. */
    Map<Task, Fate> tasks() throws SlurmException, InterruptedException {
        return read(
                run(
                        List.of(
                                "squeue",
                                "--noheader",
                                "--array",
                                "--me",
                                "--states=all",
                                "--name=" + name,
                                "--Format=" + FIELDS),
                        ""));
    }

    /** Reads what squeue says; lines that are no task of an array are none of ours. */
    static Map<Task, Fate> read(String lines) {
        var tasks = new HashMap<Task, Fate>();
        for (String line : lines.lines().toList()) {
            String[] fields = line.strip().split("\\|", -1);
            if (fields.length == 7 && fields[1].matches("\\d+") && fields[4].matches("\\d+")) {
                tasks.put(
                        new Task(fields[6], Integer.parseInt(fields[1])),
                        new Fate(
                                fields[0] + "_" + fields[1],
                                fields[2],
                                fields[3],
                                Integer.parseInt(fields[4]),
                                fields[5]));
            }
        }
        return tasks;
    }

    /** Ends tasks, by what Slurm calls them. */
    void cancel(List<String> ids) throws SlurmException, InterruptedException {
        if (!ids.isEmpty()) {
            var command = new ArrayList<>(List.of("scancel", "--quiet"));
            command.addAll(ids);
            run(command, "");
        }
    }

    /**
     * Returns how many CPUs a partition has.
     *
     * @param partition empty for the one that jobs go to unless they say where
     * @throws SessionException if there is no Slurm, or no such partition
     */
    static int cpus(Optional<String> partition) throws InterruptedException {
        String wanted =
                partition.orElseGet(() -> System.getenv().getOrDefault("SBATCH_PARTITION", ""));
        try {
            var command = new ArrayList<>(List.of("sinfo", "--noheader", "--format=%P %C"));
            if (!wanted.isEmpty()) {
                command.add("--partition=" + wanted);
            }
            String lines = run(command, "");
            int cpus =
                    lines.lines()
                            .map(line -> line.strip().split("[ /]"))
                            .filter(fields -> fields.length == 5)
                            .filter(fields -> !wanted.isEmpty() || fields[0].endsWith("*"))
                            .mapToInt(fields -> Integer.parseInt(fields[4]))
                            .sum();
            if (cpus > 0) {
                return cpus;
            }
            throw new SessionException(
                    wanted.isEmpty()
                            ? "Slurm has no partition that jobs go to unless they name one."
                            : "Slurm has no partition '%s'.".formatted(wanted),
                    "sinfo lists those that there are; write --on slurm:PARTITION.");
        } catch (SlurmException e) {
            throw new SessionException(
                    "Slurm does not answer: %s".formatted(e.getMessage()),
                    "Try again when sinfo does, or measure on this machine: --on local.");
        }
    }

    private static String run(List<String> command, String input)
            throws SlurmException, InterruptedException {
        ProcessBuilder builder = ChildProcess.of(command);
        // Slurm's own way to say which cluster, and what else to ask for; not what an enclosing job
        // was given.
        System.getenv()
                .forEach(
                        (variable, value) -> {
                            if (variable.equals("SLURM_CONF") || variable.startsWith("SBATCH_")) {
                                builder.environment().put(variable, value);
                            }
                        });
        Process process;
        try {
            process = builder.start();
        } catch (IOException e) {
            throw new SessionException(
                    "There is no Slurm on this machine: %s cannot be started."
                            .formatted(command.getFirst()),
                    "Run it where sbatch works, or measure on this machine: --on local.");
        }
        try {
            var out = CompletableFuture.supplyAsync(() -> text(process.getInputStream()));
            var err = CompletableFuture.supplyAsync(() -> text(process.getErrorStream()));
            try (var in = process.outputWriter(StandardCharsets.UTF_8)) {
                in.write(input);
            } catch (IOException e) {
                // It has ended, and is about to say why.
            }
            if (!process.waitFor(PATIENCE_S, TimeUnit.SECONDS)) {
                throw new SlurmException(
                        "%s was not done after %d s.".formatted(command.getFirst(), PATIENCE_S));
            }
            if (process.exitValue() != 0) {
                throw new SlurmException(
                        err.join()
                                .strip()
                                .lines()
                                .reduce((_, last) -> last)
                                .orElse("it says nothing.")
                                .replaceFirst("^\\w+: (error|fatal): ", ""));
            }
            return out.join();
        } finally {
            process.destroyForcibly();
        }
    }

    private static String text(InputStream in) {
        try (in) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
