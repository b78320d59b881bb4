package org.schedbook.units;

import com.fasterxml.jackson.core.JsonProcessingException;
import java.io.Closeable;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.schedbook.file.ForeignDirectory;
import org.schedbook.file.ForeignFile;
import org.schedbook.file.ForeignFileException;
import org.schedbook.file.NamedFile;
import org.schedbook.file.WholeFile;

/**
 * Units and what came of them, as files: {@code in/KEY.json} describes a unit and never changes,
 * {@code out/KEY.json} is its result, {@code failed/KEY.N.json} says what a machine did to the
 * attempt of that number, {@code jobs/ID.json} which units have been submitted together and may be
 * under way. A file is there as a whole or not at all, whoever is killed: it is written under
 * another name, and renamed.
 */
final class UnitDirectory {

    /** How often a unit is tried where machines fail. */
    static final int ATTEMPTS = 3;

    /** A unit has some sources, a result some thousand runs with their latencies. */
    private static final int MAX_FILE = 64 << 20;

    private static final String JSON = ".json";

    private static final String HIDDEN = ".";

    private static final Pattern NOTE = Pattern.compile("(\\w+)\\.\\d+\\.json");

    /** What a worker says where nothing goes wrong: the keys of its units. */
    private static final Pattern KEY = Pattern.compile("[0-9a-f]{64}");

    /** The directories that this process has the right to have units done in. */
    private static final Set<Path> LOCKED = ConcurrentHashMap.newKeySet();

    /**
     * What a machine did to an attempt.
     *
     * @param reason in a sentence
     * @param node the machine's name
     */
    record Failure(String reason, String node, Instant time) {}

    private final Path root;
    private final Path in;
    private final Path out;
    private final Path failed;
    private final Path jobs;

    /**
     * Makes what is not there yet.
     *
     * @throws ForeignFileException if there is something that is neither a file nor a directory
     */
    UnitDirectory(Path root) throws IOException {
        this(root, true);
    }

    /** Returns a directory of a driver's, who has looked at all that is in it. */
    static UnitDirectory ofDriver(Path root) throws IOException {
        return new UnitDirectory(root, false);
    }

    private UnitDirectory(Path root, boolean foreign) throws IOException {
        if (foreign) {
            ForeignDirectory.requirePlain(root);
            NamedFile.directory(root);
        }
        this.root = root;
        in = Files.createDirectories(root.resolve("in"));
        out = Files.createDirectories(root.resolve("out"));
        failed = Files.createDirectories(root.resolve("failed"));
        jobs = Files.createDirectories(root.resolve("jobs"));
    }

    Path root() {
        return root;
    }

    // ---- Units ----------------------------------------------------------------------------

    /** Describes a unit, unless it is described already. */
    void describe(String key, String json) throws IOException {
        Path file = in.resolve(key + JSON);
        if (!Files.exists(file) || !ForeignFile.text(file, MAX_FILE).equals(json)) {
            WholeFile.write(file, json);
        }
    }

    /**
     * Returns a unit.
     *
     * @throws MachineException if its description is missing, or is not what its name says
     */
    <U extends Unit> U unit(String key, Class<U> type) throws MachineException {
        try {
            String json = ForeignFile.text(in.resolve(key + JSON), MAX_FILE);
            if (!Unit.key(json).equals(key)) {
                throw new MachineException("The description of the unit has been changed.");
            }
            return Unit.read(json, type);
        } catch (IOException e) {
            throw new MachineException("The description of the unit cannot be read: " + e);
        }
    }

    // ---- Results --------------------------------------------------------------------------

    void finish(UnitResult result) throws IOException {
        WholeFile.write(
                out.resolve(result.key() + JSON), UnitJson.MAPPER.writeValueAsString(result));
    }

    /** Returns the keys that have a result, all by one look at the directory. */
    Set<String> finished() throws IOException {
        var keys = new HashSet<String>();
        try (Stream<Path> files = Files.list(out)) {
            files.map(file -> file.getFileName().toString())
                    .filter(name -> name.endsWith(JSON) && !name.startsWith(HIDDEN))
                    .forEach(name -> keys.add(name.substring(0, name.length() - JSON.length())));
        }
        return keys;
    }

    /** Returns whether a unit has a result. */
    boolean isFinished(String key) {
        return Files.exists(out.resolve(key + JSON));
    }

    /** Returns the result of a unit, or nothing: what is none of ours is taken for damaged. */
    <R extends UnitResult> Optional<R> result(String key, Class<R> type) throws IOException {
        try {
            String json = ForeignFile.text(out.resolve(key + JSON), MAX_FILE);
            return Optional.of(UnitJson.MAPPER.readValue(json, type))
                    .filter(result -> key.equals(result.key()));
        } catch (NoSuchFileException | JsonProcessingException e) {
            return Optional.empty();
        } catch (RuntimeException e) {
            // Fields that must be there are not.
            return Optional.empty();
        }
    }

    /** Removes a result that cannot be read, which counts as an attempt. */
    void discard(String key) throws IOException {
        // Several drivers may have read it: who removes it notes it.
        if (Files.deleteIfExists(out.resolve(key + JSON))) {
            fail(key, "Its result was damaged, and has been removed.");
        }
    }

    // ---- Failures -------------------------------------------------------------------------

    /** Writes down what a machine did to a unit. */
    void fail(String key, String reason) throws IOException {
        fail(key, reason, UnitWorker.node());
    }

    void fail(String key, String reason, String node) throws IOException {
        String json = UnitJson.MAPPER.writeValueAsString(new Failure(reason, node, Instant.now()));
        for (int n = failures(key).size() + 1; ; n++) {
            Path file = failed.resolve(key + "." + n + JSON);
            Path written = WholeFile.temporary(file, json);
            try {
                // A link does not take the place of another's, as a rename would.
                Files.createLink(file, written);
                return;
            } catch (FileAlreadyExistsException e) {
                // Somebody else has failed of it meanwhile.
            } finally {
                Files.deleteIfExists(written);
            }
        }
    }

    /**
     * Returns how often machines have failed of units, by keys, all by one look at the directory.
     */
    Map<String, Integer> failed() throws IOException {
        var counts = new HashMap<String, Integer>();
        try (Stream<Path> files = Files.list(failed)) {
            files.map(file -> NOTE.matcher(file.getFileName().toString()))
                    .filter(Matcher::matches)
                    .forEach(note -> counts.merge(note.group(1), 1, Integer::sum));
        }
        return counts;
    }

    /** Returns what machines have done to a unit so far, in the order of the attempts. */
    List<Failure> failures(String key) throws IOException {
        var failures = new ArrayList<Failure>();
        for (int n = 1; ; n++) {
            try {
                String json = ForeignFile.text(failed.resolve(key + "." + n + JSON), MAX_FILE);
                failures.add(UnitJson.MAPPER.readValue(json, Failure.class));
            } catch (NoSuchFileException e) {
                return failures;
            } catch (JsonProcessingException e) {
                failures.add(new Failure("Nobody knows: the note is damaged.", "", Instant.EPOCH));
            }
        }
    }

    /** Has a unit tried as if it had never been. */
    void forgive(String key) throws IOException {
        for (int n = 1; Files.deleteIfExists(failed.resolve(key + "." + n + JSON)); n++) {}
    }

    // ---- Batches --------------------------------------------------------------------------

    void write(Batch batch) throws IOException {
        WholeFile.write(jobs.resolve(batch.id() + JSON), UnitJson.MAPPER.writeValueAsString(batch));
    }

    /** Returns a batch, or nothing if all of its units have come to an end. */
    Optional<Batch> batch(String id) throws IOException {
        try {
            String json = ForeignFile.text(jobs.resolve(id + JSON), MAX_FILE);
            return Optional.of(UnitJson.MAPPER.readValue(json, Batch.class));
        } catch (NoSuchFileException e) {
            return Optional.empty();
        }
    }

    /** Returns the batches of which units may be under way. */
    List<Batch> batches() throws IOException {
        List<String> ids;
        try (Stream<Path> files = Files.list(jobs)) {
            ids =
                    files.map(file -> file.getFileName().toString())
                            .filter(name -> name.endsWith(JSON) && !name.startsWith(HIDDEN))
                            .map(name -> name.substring(0, name.length() - JSON.length()))
                            .sorted()
                            .toList();
        }
        var batches = new ArrayList<Batch>();
        for (String id : ids) {
            batch(id).filter(batch -> batch.id().equals(id)).ifPresent(batches::add);
        }
        return batches;
    }

    /** Removes a batch, and what its workers have said where nothing went wrong. */
    void forget(Batch batch) throws IOException {
        for (int task = 0; task < batch.tasks().size(); task++) {
            if (words(batch.id(), task).stream().allMatch(KEY.asMatchPredicate())) {
                Files.deleteIfExists(wordsFile(batch.id(), Integer.toString(task)));
            }
        }
        Files.deleteIfExists(jobs.resolve(batch.id() + JSON));
    }

    /** Returns where a worker of a batch writes what it says. */
    Path wordsFile(String batch, String task) {
        return jobs.toAbsolutePath().resolve(batch + "-" + task + ".log");
    }

    /** Returns the lines that a worker of a batch has said; none if they cannot be read. */
    List<String> words(String batch, int task) {
        try {
            return ForeignFile.text(wordsFile(batch, Integer.toString(task)), MAX_FILE)
                    .lines()
                    .toList();
        } catch (IOException e) {
            return List.of();
        }
    }

    // ---- Drivers --------------------------------------------------------------------------

    /**
     * Takes the right to have units done here; it ends with this process, in whatever way that
     * does.
     *
     * @return empty while another driver has it
     */
    Optional<Closeable> tryLock() throws IOException {
        Path real = root.toRealPath();
        // Asked first: to close any channel of a file gives up all locks that a process has on it.
        if (!LOCKED.add(real)) {
            return Optional.empty();
        }
        FileChannel channel = null;
        boolean locked = false;
        try {
            channel =
                    FileChannel.open(
                            root.resolve("lock"),
                            StandardOpenOption.CREATE,
                            StandardOpenOption.WRITE,
                            LinkOption.NOFOLLOW_LINKS);
            locked = channel.tryLock() != null;
        } finally {
            if (!locked) {
                unlock(real, channel);
            }
        }
        FileChannel held = channel;
        return locked ? Optional.of(() -> unlock(real, held)) : Optional.empty();
    }

    private static void unlock(Path real, FileChannel channel) throws IOException {
        try {
            if (channel != null) {
                channel.close();
            }
        } finally {
            LOCKED.remove(real);
        }
    }

    /**
     * Removes what was half written when its writer was killed, unless writers on other machines
     * may be at it. To be called with the lock.
     */
    void sweepUp() throws IOException {
        Files.deleteIfExists(cancelFile());
        if (!batches().isEmpty()) {
            return;
        }
        for (Path directory : List.of(in, out, failed, jobs)) {
            List<Path> unfinished;
            try (Stream<Path> files = Files.list(directory)) {
                unfinished = files.filter(WholeFile::isTemporary).toList();
            }
            for (Path file : unfinished) {
                Files.deleteIfExists(file);
            }
        }
    }

    /** Asks the driver that has the lock to stop. */
    void cancel() throws IOException {
        WholeFile.write(cancelFile(), "");
    }

    boolean isCancelled() {
        return Files.exists(cancelFile());
    }

    private Path cancelFile() {
        return root.resolve("cancel");
    }
}
