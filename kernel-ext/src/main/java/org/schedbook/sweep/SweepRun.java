package org.schedbook.sweep;

import java.io.Closeable;
import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.schedbook.bench.Workload;
import org.schedbook.file.ForeignFileException;
import org.schedbook.session.SessionException;
import org.schedbook.target.TargetException;

/**
 * Has the units of a sweep done, as far as they have no result yet, and follows what becomes of
 * them. Of several in one directory, in whatever processes, one at a time has work done; the others
 * see its results come in, and take over when it has gone.
 */
public final class SweepRun {

    private static final Pattern LOCAL = Pattern.compile("local:(\\d{1,6})");

    /** How long a result may lie there before it is seen. */
    private static final long LOOK_MS = 100;

    /**
     * How far a sweep is, in units.
     *
     * @param done units with a result
     * @param running those that workers of this process are at
     * @param given those that machines have failed of too often, with the last reason in a sentence
     * @param elsewhere whether another driver has the directory
     */
    public record Progress(
            int total,
            int done,
            int running,
            SequencedMap<String, String> given,
            boolean elsewhere) {

        /** Returns how many nobody has begun. */
        public int waiting() {
            return total - done - running - given.size();
        }

        /** Returns whether there is nothing left to do. */
        public boolean isComplete() {
            return done + given.size() == total;
        }
    }

    private final Sweep sweep;
    private final int slots;
    private final UnitDirectory directory;
    private final SequencedMap<String, Unit> units;

    private final Map<String, UnitResult> results = new HashMap<>();
    private final Set<String> running = new HashSet<>();
    private final SequencedMap<String, String> givenUp = new LinkedHashMap<>();
    private boolean elsewhere;
    private int attempts;

    /**
     * Describes the units in a directory, which is made if there is none.
     *
     * @param slots how many units are to be done at a time
     * @throws TargetException if there is no guest to measure in
     * @throws SessionException if the directory cannot be used
     */
    public SweepRun(Sweep sweep, Path directory, int slots) throws TargetException {
        this.sweep = sweep;
        this.slots = slots;
        units = sweep.units();
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
                    e.getMessage() + ", and a sweep is kept in plain files and directories.",
                    "Remove it, or have the sweep kept elsewhere.");
        }
        return new SessionException(
                "The directory %s cannot be used: %s.".formatted(directory, words(e)),
                "Check that it may be written to and that its disk has space left; what has a result"
                        + " is not measured again.");
    }

    private static String words(IOException e) {
        return e instanceof FileSystemException files && files.getReason() != null
                ? files.getReason()
                : e.toString();
    }

    /** Returns how many units are done at a time on this machine unless said otherwise. */
    private static int usualSlots(Sweep sweep) {
        return sweep.isTimedByTheWall() ? 1 : LocalSlots.usual();
    }

    /**
     * Reads where a sweep is to be measured.
     *
     * @param on {@code local:N}, or {@code local} or null for as many as are usual
     * @return how many units are to be done at a time
     * @throws SessionException if it is something else, or units would disturb each other
     */
    public static int slots(Sweep sweep, String on) {
        if (on == null || on.equals("local")) {
            return usualSlots(sweep);
        }
        Matcher matcher = LOCAL.matcher(on);
        int slots = matcher.matches() ? Integer.parseInt(matcher.group(1)) : 0;
        if (slots < 1 || slots > LocalSlots.MOST) {
            throw new SessionException(
                    "'%s' is no place to measure: it is local:N with N from 1 to %d."
                            .formatted(on, LocalSlots.MOST),
                    "One for each core is a good number: local:%d.".formatted(LocalSlots.usual()));
        }
        if (slots > 1 && sweep.isTimedByTheWall()) {
            throw new SessionException(
                    "Figures of the wall clock are not measured beside each other: each would slow the"
                            + " others down.",
                    "Write local:1, or have time counted in instructions (vm with --clock"
                            + " instructions) or simulated (sim).");
        }
        return slots;
    }

    public Sweep sweep() {
        return sweep;
    }

    /** Returns the units' keys: the same sweep on the same machine has the same ones. */
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
                running.size(),
                new LinkedHashMap<>(givenUp),
                elsewhere);
    }

    /** Returns how often units have been begun by this run, those that were done before not. */
    public synchronized int attempts() {
        return attempts;
    }

    /** Returns what has come of each workload so far. */
    public List<Sweep.Outcome> outcomes() {
        Map<String, UnitResult> now;
        synchronized (this) {
            now = new HashMap<>(results);
        }
        return sweep.outcomes(units, now);
    }

    /** Returns why variants have no figures so far, by workloads and labels. */
    public SequencedMap<Workload, SequencedMap<String, String>> failures() {
        var done = new LinkedHashMap<Unit, UnitResult>();
        synchronized (this) {
            units.forEach(
                    (key, unit) -> {
                        if (results.containsKey(key)) {
                            done.put(unit, results.get(key));
                        }
                    });
        }
        var failures = new LinkedHashMap<Workload, SequencedMap<String, String>>();
        for (Workload workload : sweep.workloads()) {
            failures.put(workload, Sweep.failures(workload, done));
        }
        return failures;
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

    /** Asks whoever has work done in the directory to stop. */
    public void cancel() {
        try {
            directory.cancel();
        } catch (IOException e) {
            throw unusable(directory.root(), e);
        }
    }

    /**
     * Returns once every unit has a result or has been given up, or it is cancelled.
     *
     * @throws InterruptedException if this thread is interrupted; the workers have ended then
     * @throws SessionException if the directory cannot be used any more
     */
    public void run() throws InterruptedException {
        try {
            boolean cancelled = false;
            while (!cancelled && !progress().isComplete()) {
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
                    Thread.sleep(LOOK_MS);
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
        BlockingQueue<String> queue = new LinkedBlockingQueue<>(missing());
        if (queue.isEmpty()) {
            return false;
        }
        var ended = new LinkedBlockingQueue<String>();
        try (var local =
                new LocalSlots(
                        directory,
                        Math.min(slots, queue.size()),
                        queue,
                        key -> units.get(key).limit(),
                        observer(ended))) {
            while (!progress().isComplete()) {
                String key = ended.poll(LOOK_MS, TimeUnit.MILLISECONDS);
                if (local.failure().isPresent()) {
                    throw unusable(directory.root(), local.failure().get());
                }
                if (directory.isCancelled()) {
                    return true;
                }
                if (key != null) {
                    look(key);
                    if (isMissing(key)) {
                        queue.add(key);
                    }
                }
            }
        } finally {
            synchronized (this) {
                running.clear();
            }
        }
        return false;
    }

    private LocalSlots.Observer observer(BlockingQueue<String> ended) {
        return new LocalSlots.Observer() {
            @Override
            public void started(String key) {
                synchronized (SweepRun.this) {
                    running.add(key);
                    attempts++;
                }
            }

            @Override
            public void ended(String key) {
                ended.add(key);
            }
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
        for (String key : new ArrayList<>(units.keySet())) {
            look(key, finished.contains(key));
        }
    }

    private void look(String key) throws IOException {
        look(key, true);
        synchronized (this) {
            running.remove(key);
        }
    }

    private void look(String key, boolean finished) throws IOException {
        synchronized (this) {
            if (results.containsKey(key)) {
                return;
            }
        }
        Optional<UnitResult> result = finished ? directory.result(key) : Optional.empty();
        if (finished && result.isEmpty() && directory.finished().contains(key)) {
            directory.discard(key);
        }
        List<UnitDirectory.Failure> failures =
                result.isPresent() ? List.of() : directory.failures(key);
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
