package org.schedbook.units;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import org.schedbook.child.ChildJvm;
import org.schedbook.session.SessionException;
import org.schedbook.units.Slurm.Fate;
import org.schedbook.units.Slurm.SlurmException;
import org.schedbook.units.Slurm.Task;
import org.schedbook.units.Work.Needs;

/**
 * Workers as tasks of Slurm. A batch is written down before it is submitted, and its job has the
 * batch's name, so that whoever looks after this process has died knows what is under way. Results
 * are the truth: Slurm is asked only what became of tasks that still owe some.
 */
final class SlurmJobs implements Engine {

    /** How often Slurm is asked while units come to an end, and while none does. */
    private static final Duration OFTEN = Duration.ofSeconds(1);

    private static final Duration SELDOM = Duration.ofSeconds(15);

    /** How long a result may take to be seen here after its task has ended there. */
    private static final Duration LATE = Duration.ofSeconds(2);

    /** NFS keeps what it knows of directories for as long. */
    private static final Duration LATE_ON_NFS = Duration.ofSeconds(60);

    /**
     * How long a task stays unknown to Slurm before it is taken for lost. A controller that has
     * lost jobs has nodes end what is left of them, and may call new ones by the same numbers.
     */
    private static final Duration LOST = Duration.ofSeconds(10);

    private static final int MAX_WORDS = 300;

    private final UnitDirectory directory;
    private final Machines.Cluster where;
    private final Needs needs;
    private final ChildJvm worker;
    private final Slurm slurm;
    private final Duration late;
    private final Map<String, Batch> batches = new LinkedHashMap<>();

    /** What has been given and has not come to its end, with how often it had failed before. */
    private final Map<String, Integer> given = new LinkedHashMap<>();

    /** Since when tasks have been gone that owe results. */
    private final Map<Task, Long> gone = new HashMap<>();

    /** Tasks that leave no more results; what they owe is others'. */
    private final Set<Task> over = new HashSet<>();

    private long pause = OFTEN.toNanos();
    private long next = System.nanoTime();
    private boolean cancelled;
    private volatile Set<String> running = Set.of();
    private final AtomicInteger attempts = new AtomicInteger();
    private volatile String note = "";

    /** Adopts what an earlier driver in the directory has submitted. */
    SlurmJobs(UnitDirectory directory, Machines.Cluster where, Work<?, ?> work) throws IOException {
        this.directory = directory;
        this.where = where;
        needs = work.needs();
        worker = work.jvm();
        slurm = new Slurm(name(directory.root()));
        late = Files.getFileStore(directory.root()).type().startsWith("nfs") ? LATE_ON_NFS : LATE;
        directory.batches().forEach(batch -> batches.put(batch.id(), batch));
    }

    /** The name of all jobs of a directory. */
    private static String name(Path directory) throws IOException {
        return "schedbook-" + Unit.key(directory.toRealPath().toString()).substring(0, 16);
    }

    @Override
    public void give(List<String> keys) throws IOException {
        Map<String, Integer> failures = directory.failed();
        keys.forEach(key -> given.put(key, failures.getOrDefault(key, 0)));
        next = System.nanoTime();
    }

    @Override
    public List<String> ended(Duration longest) throws IOException, InterruptedException {
        long wait = Math.min(longest.toNanos(), next - System.nanoTime());
        if (wait > 0) {
            TimeUnit.NANOSECONDS.sleep(wait);
        }
        if (next > System.nanoTime()) {
            return List.of();
        }
        int before = attempts.get();
        List<String> ended = look();
        // More is soon to be known of what has ended, what is gone, and what was just submitted.
        boolean quiet = ended.isEmpty() && gone.isEmpty() && attempts.get() == before;
        pause = quiet ? Math.min(pause * 5 / 4, SELDOM.toNanos()) : OFTEN.toNanos();
        next = System.nanoTime() + pause;
        return ended;
    }

    private List<String> look() throws IOException, InterruptedException {
        // Asked first: what it says has ended has left its results by the time they are listed.
        Optional<Map<Task, Fate>> tasks = ask();
        Set<String> finished = directory.finished();
        Map<String, Integer> failures = new HashMap<>(directory.failed());
        if (tasks.isPresent()) {
            var state = new State(tasks.get(), finished, failures);
            state.settle();
            if (!state.hasBlamed) {
                state.submit();
            } // else together with what failed, once that is given again
            running = state.running;
            note = state.note();
        } else {
            gone.clear();
        }
        List<String> ended =
                given.keySet().stream()
                        .filter(
                                key ->
                                        finished.contains(key)
                                                || failures.getOrDefault(key, 0) > given.get(key))
                        .toList();
        given.keySet().removeAll(ended);
        return ended;
    }

    private Optional<Map<Task, Fate>> ask() throws InterruptedException {
        try {
            return Optional.of(slurm.tasks());
        } catch (SlurmException e) {
            note = "Slurm does not answer, and is asked again: " + e.getMessage();
            return Optional.empty();
        }
    }

    /** All that is known at one look. */
    private final class State {

        private final Map<Task, Fate> tasks;
        private final Set<String> finished;
        private final Map<String, Integer> failures;

        /** Units that Slurm is to do, or may have done. */
        private final Set<String> covered = new HashSet<>();

        private final Set<String> running = new HashSet<>();
        private final Map<String, Integer> waiting = new TreeMap<>();
        private int alive;
        private boolean hasBlamed;

        State(Map<Task, Fate> tasks, Set<String> finished, Map<String, Integer> failures) {
            this.tasks = tasks;
            this.finished = finished;
            this.failures = failures;
        }

        /** Finds out what becomes of the units that batches owe. */
        void settle() throws IOException, InterruptedException {
            for (Batch batch : List.copyOf(batches.values())) {
                boolean owes = false;
                for (int number = 0; number < batch.tasks().size(); number++) {
                    owes |= settle(batch, number);
                }
                if (!owes) {
                    directory.forget(batch);
                    batches.remove(batch.id());
                }
            }
        }

        /** Returns whether a task may still leave results. */
        private boolean settle(Batch batch, int number) throws IOException, InterruptedException {
            var task = new Task(batch.id(), number);
            if (over.contains(task)) {
                return false;
            }
            List<String> left =
                    batch.tasks().get(number).stream()
                            .filter(each -> !finished.contains(each.key()))
                            .filter(each -> failed(each.key()) <= each.failures())
                            .map(Batch.Attempt::key)
                            .toList();
            Fate fate = tasks.get(task);
            if (!left.isEmpty() && isUnderWay(task, fate, left.getFirst())) {
                covered.addAll(left);
                return true;
            }
            over.add(task);
            gone.remove(task);
            if (fate != null && fate.isStuck()) {
                cancelStuck(fate);
            }
            if (!left.isEmpty() && fate != null && fate.isCancelled()) {
                cancelled = true;
            } else if (!left.isEmpty()) {
                blame(batch, number, left, fate);
            }
            return false;
        }

        /** Returns whether a task is under way, or its results may be. */
        private boolean isUnderWay(Task task, Fate fate, String unit) {
            if (fate == null || fate.hasEnded()) {
                long since = gone.computeIfAbsent(task, _ -> System.nanoTime());
                Duration limit = fate == null ? LOST : late;
                return System.nanoTime() - since < limit.toNanos();
            }
            gone.remove(task);
            if (fate.isStuck()) {
                return false;
            }
            alive++;
            if (fate.isRunning()) {
                running.add(unit);
            } else {
                waiting.merge(fate.reason(), 1, Integer::sum);
            }
            return true;
        }

        private int failed(String key) {
            return failures.getOrDefault(key, 0);
        }

        private void cancelStuck(Fate fate) throws InterruptedException {
            try {
                slurm.cancel(List.of(fate.id()));
            } catch (SlurmException e) {
                // It stays as it is, and does no harm.
            }
        }

        /**
         * Notes a failure of the unit that a task was at, unless that has come to an end already,
         * or of all if it never got to one.
         */
        private void blame(Batch batch, int number, List<String> left, Fate fate)
                throws IOException {
            List<String> words = directory.words(batch.id(), number);
            List<String> all = batch.tasks().get(number).stream().map(Batch.Attempt::key).toList();
            Optional<String> begun =
                    words.stream().filter(all::contains).reduce((_, later) -> later);
            String why =
                    fate == null
                            ? "Slurm does not know the task any more: its controller has lost it."
                            : fate.why();
            if (begun.isEmpty() && fate != null) {
                why += " " + beginning(words);
            }
            for (String key :
                    begun.map(List::of).orElse(left).stream().filter(left::contains).toList()) {
                directory.fail(key, why, fate == null ? "" : fate.node());
                failures.merge(key, 1, Integer::sum);
                hasBlamed = true;
            }
        }

        private String beginning(List<String> words) {
            String last =
                    words.stream()
                            .filter(word -> !word.isBlank())
                            .reduce((_, later) -> later)
                            .orElse("");
            return last.isEmpty()
                    ? "It left no word in %s: can the node use that directory?"
                            .formatted(directory.root())
                    : "Its last words: " + last.substring(0, Math.min(last.length(), MAX_WORDS));
        }

        /** Submits what nobody does. */
        void submit() throws IOException, InterruptedException {
            List<String> missing =
                    given.keySet().stream()
                            .filter(key -> !covered.contains(key) && !finished.contains(key))
                            .filter(key -> failed(key) <= given.get(key))
                            .toList();
            int tasks = Math.min(where.atATime() - alive, missing.size());
            if (tasks < 1 || cancelled) {
                return;
            }
            Batch batch = Batch.of(missing, failures, tasks);
            directory.write(batch);
            batches.put(batch.id(), batch);
            try {
                slurm.submit(batch, script(batch), options());
                attempts.addAndGet(missing.size());
                waiting.merge("submitted", tasks, Integer::sum);
            } catch (SlurmException e) {
                refused(batch, e.getMessage());
            }
        }

        /** Where Slurm does not answer either, it may have taken the batch. */
        private void refused(Batch batch, String why) throws IOException, InterruptedException {
            Optional<Map<Task, Fate>> known = ask();
            if (known.isPresent() && !known.get().containsKey(new Task(batch.id(), 0))) {
                directory.forget(batch);
                batches.remove(batch.id());
                throw new SessionException(
                        "Slurm does not take the work: %s".formatted(why),
                        "sinfo shows what there is; --on slurm:PARTITION names a partition, and the"
                                + " variables SBATCH_ACCOUNT and so on whatever else your site wants.");
            }
        }

        String note() {
            if (cancelled) {
                return "The tasks were cancelled (scancel), and not by this command.";
            }
            return waiting.isEmpty()
                    ? ""
                    : "Slurm has tasks waiting: "
                            + waiting.entrySet().stream()
                                    .map(each -> each.getValue() + " (" + each.getKey() + ")")
                                    .collect(Collectors.joining(", "));
        }
    }

    // ---- What is submitted ------------------------------------------------------------------

    /**
     * The worker takes the place of the shell, so that what ends the task ends the worker. The
     * shell says where its words go: in the name of its own --output, Slurm takes any % for a
     * variable.
     */
    String script(Batch batch) {
        Path root = directory.root().toAbsolutePath();
        List<String> command = worker.builder(root.toString(), batch.id()).command();
        return """
        #!/bin/sh
        cd %s && exec %s "$SLURM_ARRAY_TASK_ID" >>"%s" 2>&1
        """
                .formatted(
                        quoted(root.toString()),
                        command.stream().map(SlurmJobs::quoted).collect(Collectors.joining(" ")),
                        root.relativize(directory.wordsFile(batch.id(), "$SLURM_ARRAY_TASK_ID")));
    }

    private static String quoted(String word) {
        return "'" + word.replace("'", "'\\''") + "'";
    }

    List<String> options() {
        var options = new ArrayList<String>();
        options.add("--chdir=" + directory.root().toAbsolutePath());
        options.add("--output=/dev/null"); // the script says where
        options.add("--cpus-per-task=" + needs.cpus());
        options.add("--mem=%dM".formatted(needs.memoryMib()));
        if (needs.alone()) {
            options.add("--exclusive"); // who else is there would be in the figures
        }
        where.partition().ifPresent(name -> options.add("--partition=" + name));
        return options;
    }

    // ---- For whoever waits ------------------------------------------------------------------

    @Override
    public Set<String> running() {
        return running;
    }

    @Override
    public int attempts() {
        return attempts.get();
    }

    @Override
    public String note() {
        return note;
    }

    @Override
    public boolean isCancelled() {
        return cancelled;
    }

    @Override
    public void cancel() throws IOException, InterruptedException {
        cancel(directory, slurm, Set.copyOf(batches.keySet()));
    }

    /** Returns what Slurm still has of a directory, in a sentence; empty if that is nothing. */
    static String left(UnitDirectory directory) throws IOException, InterruptedException {
        Set<String> ids = batchesOf(directory);
        if (ids.isEmpty()) {
            return "";
        }
        try {
            List<Fate> alive = alive(new Slurm(name(directory.root())), ids);
            return alive.isEmpty()
                    ? ""
                    : "Slurm still has tasks that no command looks after: %d, running: %d. The same command with --on slurm goes on with them, and --cancel ends them."
                            .formatted(
                                    alive.size(), alive.stream().filter(Fate::isRunning).count());
        } catch (SlurmException e) {
            return "Tasks were submitted to Slurm, which does not answer: " + e.getMessage();
        } catch (SessionException e) {
            return "Tasks were submitted to Slurm. " + e.getMessage() + " " + e.nextStep();
        }
    }

    private static Set<String> batchesOf(UnitDirectory directory) throws IOException {
        return directory.batches().stream().map(Batch::id).collect(Collectors.toSet());
    }

    private static List<Fate> alive(Slurm slurm, Set<String> batches)
            throws SlurmException, InterruptedException {
        return slurm.tasks().entrySet().stream()
                .filter(each -> batches.contains(each.getKey().batch()))
                .map(Map.Entry::getValue)
                .filter(fate -> !fate.hasEnded())
                .toList();
    }

    /**
     * Ends all that Slurm still has of a directory.
     *
     * @return how many tasks
     */
    static int cancel(UnitDirectory directory) throws IOException, InterruptedException {
        Set<String> ids = batchesOf(directory);
        return ids.isEmpty() ? 0 : cancel(directory, new Slurm(name(directory.root())), ids);
    }

    private static int cancel(UnitDirectory directory, Slurm slurm, Set<String> batches)
            throws IOException, InterruptedException {
        try {
            List<String> ids = alive(slurm, batches).stream().map(Fate::id).toList();
            slurm.cancel(ids);
            for (Batch batch : directory.batches()) {
                directory.forget(batch);
            }
            return ids.size();
        } catch (SlurmException e) {
            throw new SessionException(
                    "Slurm does not answer: %s".formatted(e.getMessage()),
                    "Its tasks go on. Try again when it does.");
        }
    }

    /** The tasks go on, and the next driver adopts them. */
    @Override
    public void close() {}
}
