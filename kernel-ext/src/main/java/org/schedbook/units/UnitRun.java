package org.schedbook.units;

import java.io.Closeable;
import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.Set;
import org.schedbook.file.ForeignFileException;
import org.schedbook.session.SessionException;

/**
 * Has units done, as far as they have no result yet, and follows what becomes of them. Of several
 * in one directory, in whatever processes, one at a time has work done; the others see its results
 * come in, and take over when it has gone.
 */
public class UnitRun<U extends Unit, R extends UnitResult> {

    /** How long a result may lie there before it is seen. */
    private static final Duration LOOK = Duration.ofMillis(100);

    /**
     * How far a sweep is, in units.
     *
     * @param done units with a result
     * @param running those that workers of this run are at
     * @param given those that machines have failed of too often, with the last reason in a sentence
     * @param elsewhere whether another driver has the directory
     * @param note what else there is to say of the machines, in a sentence; empty if there is
     *     nothing
     */
    public record Progress(
            int total,
            int done,
            int running,
            SequencedMap<String, String> given,
            boolean elsewhere,
            String note) {

        /** Returns how many nobody has begun. */
        public int waiting() {
            return total - done - running - given.size();
        }

        /** Returns whether there is nothing left to do. */
        public boolean isComplete() {
            return done + given.size() == total;
        }
    }

    private final Work<U, R> work;
    private final Machines machines;
    private final UnitDirectory directory;
    private final SequencedMap<String, U> units;

    private final Map<String, R> results = new HashMap<>();
    private final SequencedMap<String, String> givenUp = new LinkedHashMap<>();
    private Optional<Engine> engine = Optional.empty();
    private boolean elsewhere;
    private boolean toEnd;
    private String note = "";
    private int attempts;

    /**
     * Describes the units in a directory, which is made if there is none.
     *
     * @param units by their keys, in the order in which they are wanted
     * @throws SessionException if the directory cannot be used
     */
    public UnitRun(
            Work<U, R> work, SequencedMap<String, U> units, Path directory, Machines machines) {
        this.work = work;
        this.machines = machines;
        this.units = units;
        try {
            this.directory = new UnitDirectory(directory);
            for (var each : units.entrySet()) {
                this.directory.describe(each.getKey(), each.getValue().json());
            }
            look();
        } catch (IOException e) {
            throw unusable(directory, e);
        }
    }

    private static SessionException unusable(Path directory, IOException e) {
        if (e instanceof ForeignFileException) {
            return new SessionException(
                    e.getMessage() + ", and units are kept in plain files and directories.",
                    "Remove it, or have them kept elsewhere.");
        }
        return new SessionException(
                "The directory %s cannot be used: %s.".formatted(directory, words(e)),
                "Check that it may be written to and that its disk has space left; what has a result"
                        + " is not done again.");
    }

    static String words(IOException e) {
        return e instanceof FileSystemException files && files.getReason() != null
                ? files.getReason()
                : e.toString();
    }

    /** Returns the units' keys. */
    public Set<String> keys() {
        return units.keySet();
    }

    /** Has units tried again that machines have failed of too often. */
    public void forgive() {
        try {
            for (String key : units.keySet()) {
                directory.forgive(key);
            }
            look();
        } catch (IOException e) {
            throw unusable(directory.root(), e);
        }
    }

    /** Returns how far it is. */
    public synchronized Progress progress() {
        return new Progress(
                units.size(),
                results.size(),
                engine.map(Engine::running)
                        .map(keys -> Math.toIntExact(keys.stream().filter(this::isMissing).count()))
                        .orElse(0),
                new LinkedHashMap<>(givenUp),
                elsewhere,
                engine.map(Engine::note).orElse(note));
    }

    /** Returns how often units have been begun by this run, those that were done before not. */
    public synchronized int attempts() {
        return attempts + engine.map(Engine::attempts).orElse(0);
    }

    /** Returns the units by their keys. */
    protected final SequencedMap<String, U> units() {
        return units;
    }

    /** Returns what has come of units so far, by their keys. */
    public final synchronized Map<String, R> results() {
        return new HashMap<>(results);
    }

    /** Looks once for what has been done, as a driver that has nothing done itself. */
    public void refresh() {
        try {
            look();
            Optional<Closeable> lock = directory.tryLock();
            synchronized (this) {
                elsewhere = lock.isEmpty();
            }
            if (lock.isPresent()) {
                lock.get().close();
            }
        } catch (IOException e) {
            throw unusable(directory.root(), e);
        }
    }

    /** Looks as {@link #refresh} does, and asks Slurm for tasks whose driver is gone. */
    public void inspect() throws InterruptedException {
        refresh();
        if (progress().elsewhere()) {
            return; // It knows what becomes of them.
        }
        try {
            String left = SlurmJobs.left(directory);
            synchronized (this) {
                note = left;
            }
        } catch (IOException e) {
            throw unusable(directory.root(), e);
        }
    }

    /** Asks whoever has work done in the directory to stop. */
    public void cancel() {
        try {
            directory.cancel();
        } catch (IOException e) {
            throw unusable(directory.root(), e);
        }
    }

    /** Has {@link #run} return, and ends what it has begun, on other machines too. */
    public synchronized void end() {
        toEnd = true;
    }

    private synchronized boolean isToEnd() {
        return toEnd;
    }

    /**
     * Ends what a driver that is gone has left running on other machines.
     *
     * @return how many tasks
     */
    public int cancelTasks() throws InterruptedException {
        try {
            return SlurmJobs.cancel(directory);
        } catch (IOException e) {
            throw unusable(directory.root(), e);
        }
    }

    /**
     * Returns once every unit has a result or has been given up, or it is cancelled.
     *
     * @throws InterruptedException if this thread is interrupted; the workers on this machine have
     *     ended then
     * @throws SessionException if the directory cannot be used any more
     */
    public void run() throws InterruptedException {
        try {
            boolean cancelled = false;
            while (!cancelled && !isToEnd() && !progress().isComplete()) {
                Optional<Closeable> lock = directory.tryLock();
                synchronized (this) {
                    elsewhere = lock.isEmpty();
                }
                if (lock.isPresent()) {
                    try (Closeable _ = lock.get()) {
                        directory.sweepUp();
                        cancelled = drive();
                    }
                } else {
                    Thread.sleep(LOOK);
                    look();
                }
            }
        } catch (IOException e) {
            throw unusable(directory.root(), e);
        }
    }

    /** Returns true if it was cancelled. */
    private boolean drive() throws IOException, InterruptedException {
        look();
        List<String> missing = missing();
        if (missing.isEmpty()) {
            return false;
        }
        try (Engine working = open(missing.size())) {
            synchronized (this) {
                engine = Optional.of(working);
            }
            working.give(missing);
            while (!progress().isComplete()) {
                var again = new ArrayList<String>();
                for (String key : working.ended(LOOK)) {
                    look(key);
                    if (isMissing(key)) {
                        again.add(key);
                    }
                }
                if (!again.isEmpty()) {
                    working.give(again);
                }
                if (directory.isCancelled() || isToEnd()) {
                    working.cancel();
                    return true;
                }
                if (working.isCancelled()) {
                    synchronized (this) {
                        note = working.note();
                    }
                    working.cancel(); // or what is left of it would be found cancelled again
                    return true;
                }
            }
        } finally {
            synchronized (this) {
                attempts += engine.map(Engine::attempts).orElse(0);
                engine = Optional.empty();
            }
        }
        return false;
    }

    private Engine open(int most) throws IOException {
        return switch (machines) {
            case Machines.Local(int slots) ->
                    new LocalSlots(
                            directory,
                            work.jvm(),
                            Math.min(slots, most),
                            key -> units.get(key).limit());
            case Machines.Cluster cluster -> new SlurmJobs(directory, cluster, work);
        };
    }

    private synchronized List<String> missing() {
        return units.keySet().stream().filter(this::isMissing).toList();
    }

    private synchronized boolean isMissing(String key) {
        return !results.containsKey(key) && !givenUp.containsKey(key);
    }

    /** Looks for all that is not known to have come to an end. */
    private void look() throws IOException {
        Set<String> finished = directory.finished();
        Map<String, Integer> failed = directory.failed();
        for (String key : units.keySet()) {
            look(key, finished.contains(key), failed.getOrDefault(key, 0));
        }
    }

    /** Looks for one that has come to an end. */
    private void look(String key) throws IOException {
        look(key, true, UnitDirectory.ATTEMPTS);
    }

    /**
     * @param finished whether there may be a result
     * @param failed how many notes there may be of failures: to read each is dear where a directory
     *     is shared
     */
    private void look(String key, boolean finished, int failed) throws IOException {
        synchronized (this) {
            if (results.containsKey(key)) {
                return;
            }
        }
        Optional<R> result = finished ? directory.result(key, work.result()) : Optional.empty();
        boolean damaged = finished && result.isEmpty() && directory.isFinished(key);
        if (damaged) {
            directory.discard(key);
        }
        List<UnitDirectory.Failure> failures =
                result.isEmpty() && (damaged || failed >= UnitDirectory.ATTEMPTS)
                        ? directory.failures(key)
                        : List.of();
        synchronized (this) {
            givenUp.remove(key);
            if (result.isPresent()) {
                results.put(key, result.get());
            } else if (failures.size() >= UnitDirectory.ATTEMPTS) {
                givenUp.put(key, failures.getLast().reason());
            }
        }
    }
}
