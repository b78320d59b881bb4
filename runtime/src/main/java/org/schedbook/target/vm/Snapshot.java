package org.schedbook.target.vm;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import org.schedbook.child.ChildProcess;
import org.schedbook.target.TargetException;

/**
 * A guest saved while its agent waits for work, which can go on from there any number of times.
 *
 * <p>It is a directory of three files. {@code ram} is the guest's memory: the guest that was saved
 * ran with it as its memory, and those resumed map it privately, so saving copies nothing and
 * resuming only what the guest writes to. {@code devices} is the rest of its state, and {@code
 * sums} are checksums of both. The directory's name is a hash of all that the state depends on, so
 * a stale snapshot is simply not found. It appears whole, by a rename, and is not written to again.
 *
 * <p>There are two layers: what this user has saved, and what lies beside an image that belongs to
 * somebody else, which is only read.
 */
final class Snapshot {

    private static final Logger LOG = System.getLogger(Snapshot.class.getName());

    private static final int KEPT = 2;

    /** With less the first attachments of a resumed guest find more to compile. */
    private static final int REHEARSALS = Integer.getInteger("schedbook.rehearsals", 3);

    /** Drafts older than this are of notebooks that were killed. */
    private static final Duration LONGEST_SAVE = Duration.ofHours(1);

    private static final String DRAFT = ".saving";
    private static final String LOCK = ".lock";

    /** Why a snapshot did not go on, or could not be made, by its directory; for who asks. */
    private static final Map<Path, String> FAILURES = new ConcurrentHashMap<>();

    /** Directories of somebody else's snapshots that are damaged. */
    private static final Set<Path> DAMAGED = ConcurrentHashMap.newKeySet();

    private final SavedFiles own;
    private final SavedFiles shared;
    private final boolean readsOnly;
    private final List<String> command;
    private final Hardware hardware;
    private final int rehearsals;
    private final boolean possible;

    private Snapshot(
            SavedFiles own,
            SavedFiles shared,
            boolean readsOnly,
            List<String> command,
            Hardware hardware,
            int rehearsals,
            boolean possible) {
        this.own = own;
        this.shared = shared;
        this.readsOnly = readsOnly;
        this.command = command;
        this.hardware = hardware;
        this.rehearsals = rehearsals;
        this.possible = possible;
    }

    /** Returns the snapshot of a guest; need not exist. */
    static Snapshot of(GuestImage image, Hardware hardware) throws TargetException {
        return of(image, hardware, REHEARSALS);
    }

    static Snapshot of(GuestImage image, Hardware hardware, int rehearsals) throws TargetException {
        List<String> command = Qemu.command(image, hardware, "");
        GuestImage placeless = image.withoutPlace();
        String key =
                hash(
                        Message.PROTOCOL,
                        Qemu.version(image.architecture()),
                        Qemu.machine(placeless, hardware, ""),
                        image.properties(), // with the time at which it was made
                        placeless.payload(), // named by its content
                        hostCpu(),
                        rehearsals);
        return new Snapshot(
                new SavedFiles(image.snapshots().resolve(key)),
                new SavedFiles(image.shared().resolve(key)),
                Qemu.mapsReadOnlyFiles(image.architecture()),
                command,
                hardware,
                rehearsals,
                !image.hasNvmeDisks());
    }

    private static String hash(Object... parts) {
        try {
            byte[] text = List.of(parts).toString().getBytes(StandardCharsets.UTF_8);
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(text);
            return HexFormat.of().formatHex(digest, 0, 6);
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every Java has SHA-256", e);
        }
    }

    /** Returns model and features of this machine's CPUs; the guest's may be made from them. */
    static List<String> hostCpu() {
        try (var lines = Files.lines(Path.of("/proc/cpuinfo"))) {
            return lines.takeWhile(line -> !line.isEmpty()) // the first CPU
                    .filter(line -> line.startsWith("model name") || line.startsWith("flags"))
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Returns the command that boots the guest this is a snapshot of. */
    List<String> command() {
        return command;
    }

    Hardware hardware() {
        return hardware;
    }

    /** Returns where this user's is. */
    Path directory() {
        return own.directory();
    }

    /** Returns how often each policy that comes with Schedbook is attached before it is saved. */
    int rehearsals() {
        return rehearsals;
    }

    /** Returns whether a guest of this image can be saved at all. */
    boolean isPossible() {
        return possible;
    }

    /** Returns whether there is one that can be read, is to be believed, and can go on. */
    boolean exists() {
        return start().isQuick();
    }

    /** Says how the guest is going to start, and why so. */
    GuestStart start() {
        String failure = FAILURES.get(own.directory());
        String again = failure == null ? "" : "; the last time " + failure;
        Optional<String> objection = objection(own);
        if (objection.isEmpty()) {
            return new GuestStart(
                    GuestStart.How.RESUMED, "saved in %s%s".formatted(own.directory(), again));
        }
        if (own.equals(shared)) {
            return new GuestStart(
                    GuestStart.How.BOOTED,
                    possible ? objection.get() + again : "this kernel's cannot be saved");
        }
        Optional<String> sharedObjection = readable(shared);
        if (sharedObjection.isPresent()) {
            return new GuestStart(
                    GuestStart.How.BOOTED,
                    "of those saved for everybody, " + sharedObjection.get() + again);
        }
        return isMapped(shared)
                ? new GuestStart(
                        GuestStart.How.RESUMED,
                        "saved for everybody in %s%s".formatted(shared.directory(), again))
                : new GuestStart(
                        GuestStart.How.COPIED,
                        "saved for everybody in %s, and this QEMU, older than 8.2, cannot map a file that it may only read%s"
                                .formatted(shared.directory(), again));
    }

    private Optional<String> objection(SavedFiles files) {
        return readable(files)
                .or(
                        () ->
                                isMapped(files)
                                        ? Optional.empty()
                                        : Optional.of(
                                                files.ram()
                                                        + " cannot be written to, and this QEMU, older than"
                                                        + " 8.2, cannot map a file that it may only read"));
    }

    private static Optional<String> readable(SavedFiles files) {
        return DAMAGED.contains(files.directory())
                ? Optional.of(files.directory() + " is damaged")
                : files.objection();
    }

    private boolean isMapped(SavedFiles files) {
        return readsOnly || Files.isWritable(files.ram());
    }

    /** Does without it: it is damaged. One that cannot be removed is not looked at again. */
    void reject() {
        SavedFiles files = objection(own).isEmpty() ? own : shared;
        if (files == own) {
            own.delete();
        }
        if (!Files.notExists(files.directory())) {
            DAMAGED.add(files.directory());
        }
    }

    /** Keeps in mind why it did not go on. It may another time, when the machine has less to do. */
    void didNotGoOn(Exception e) {
        failed("it did not go on", e);
    }

    /** Keeps in mind why there is none. */
    void couldNotBeSaved(Exception e) {
        failed("none could be saved", e);
    }

    private void failed(String how, Exception e) {
        String why = Objects.requireNonNullElse(e.getMessage(), "QEMU ended");
        FAILURES.put(own.directory(), how + ": " + why);
    }

    void wentOn() {
        FAILURES.remove(own.directory());
    }

    /** Removes it, as far as that is possible. A guest that was resumed from it stays as it is. */
    void discard() {
        own.delete();
    }

    /**
     * Lets the guest go on in a QEMU of its own.
     *
     * @param limit how long QEMU may take
     * @throws DamagedSnapshotException if it is not what was saved
     * @throws IOException if there is none, or QEMU refuses it
     */
    Qemu resume(Duration limit) throws IOException, TargetException {
        SavedFiles files = toResume();
        Monitor monitor = Monitor.open();
        Qemu qemu = null;
        try {
            String access = readsOnly ? "off,readonly=on,rom=off" : "off";
            var options = new ArrayList<>(memory(files, access));
            options.addAll(List.of("-incoming", "defer"));
            qemu = start(monitor, options, false);
            byte[] devices = files.verify(hardware.memoryBytes()); // while QEMU starts
            monitor.connect(qemu, limit);
            monitor.putDevices(devices);
            return alone(qemu, monitor);
        } catch (IOException | TargetException | RuntimeException e) {
            abandon(qemu, monitor);
            throw e;
        }
    }

    private SavedFiles toResume() throws IOException {
        if (objection(own).isEmpty()) {
            markAsUsed();
            return own;
        }
        return readable(shared).isEmpty() && isMapped(shared) ? shared : copied();
    }

    private void markAsUsed() throws IOException {
        try {
            Files.setLastModifiedTime(own.directory(), FileTime.from(Instant.now())); // for prune()
        } catch (FileSystemException e) {
            LOG.log(Level.DEBUG, "a snapshot that may only be read is not marked as used", e);
        }
    }

    /**
     * Makes a copy of this user's own of what the other layer has.
     *
     * @return whether there was something that is to be believed
     */
    boolean takeOver() throws IOException {
        if (readable(shared).isPresent()) {
            return false;
        }
        copied();
        return true;
    }

    /** Returns a copy of this user's own. */
    private SavedFiles copied() throws IOException {
        var copy = new SavedFiles(place());
        try {
            shared.copyTo(copy, hardware.memoryBytes());
            publish(copy);
        } finally {
            copy.delete();
        }
        return own;
    }

    /**
     * Boots the guest, without saving it.
     *
     * @param limit how long QEMU may take to start
     */
    Qemu boot(Duration limit) throws IOException, TargetException {
        if (!isLockstep()) {
            return Qemu.start(command);
        }
        Monitor monitor = Monitor.open();
        Qemu qemu = null;
        try {
            qemu = start(monitor, List.of(), true);
            monitor.connect(qemu, limit);
            return alone(qemu, monitor);
        } catch (IOException | TargetException | RuntimeException e) {
            abandon(qemu, monitor);
            throw e;
        }
    }

    private boolean isLockstep() {
        return hardware.shape().clock().isLockstep();
    }

    /** Leaves no file behind, and a way to control the guest only where one is needed. */
    private Qemu alone(Qemu qemu, Monitor monitor) throws IOException {
        if (isLockstep()) {
            monitor.settle();
        } else {
            monitor.close();
        }
        return qemu;
    }

    private static void abandon(Qemu qemu, Monitor monitor) throws IOException {
        if (qemu != null) {
            qemu.close();
        }
        monitor.close();
    }

    private Qemu start(Monitor monitor, List<String> options, boolean booting)
            throws IOException, TargetException {
        var whole = new ArrayList<>(command);
        whole.addAll(monitor.options());
        whole.addAll(options);
        if (!isLockstep()) {
            return Qemu.start(whole);
        }
        var lockstep = new Lockstep(monitor, booting);
        try {
            whole.addAll(lockstep.options());
            Qemu qemu = Qemu.start(whole);
            qemu.keep(lockstep);
            return qemu;
        } catch (TargetException e) {
            lockstep.close();
            throw e;
        }
    }

    /** Returns the options for a guest whose memory is a file. */
    private List<String> memory(SavedFiles files, String share) {
        return List.of(
                "-machine",
                "memory-backend=ram",
                "-object",
                "memory-backend-file,id=ram,size=%dM,share=%s,mem-path=%s"
                        .formatted(hardware.shape().memoryMib(), share, Qemu.escape(files.ram())));
    }

    // ---- Saving ---------------------------------------------------------------------------

    /**
     * Lets this process alone save guests, until what is returned is closed.
     *
     * @return empty if others have done so until the limit
     * @throws IOException if nothing can be kept there
     */
    Optional<SaveLock> lock(Duration limit) throws IOException, InterruptedException {
        return SaveLock.acquire(snapshots().resolve(LOCK), limit);
    }

    /**
     * Begins a snapshot.
     *
     * @throws IOException if there is no place for it
     */
    Draft draft() throws IOException {
        return new Draft(new SavedFiles(place()));
    }

    private Path snapshots() throws IOException {
        return Files.createDirectories(own.directory().getParent());
    }

    /** Makes a directory for what is not complete yet. */
    private Path place() throws IOException {
        Path snapshots = snapshots();
        if (Files.getFileStore(snapshots).getUsableSpace() < hardware.memoryBytes()) {
            // On a full disk the guest would die of writing to its memory.
            throw new IOException("no space to save a guest in " + snapshots);
        }
        return Files.createTempDirectory(snapshots, DRAFT);
    }

    /** Gives what is complete its name, unless another notebook was faster. */
    private void publish(SavedFiles files) throws IOException {
        if (objection(own).isPresent()) {
            Path snapshots = own.directory().getParent();
            // Whoever can look for it there is to be able to read it.
            Files.setPosixFilePermissions(
                    files.directory(), permissions(Files.getPosixFilePermissions(snapshots)));
            Files.move(files.directory(), own.directory());
        }
        prune();
    }

    private static Set<PosixFilePermission> permissions(Set<PosixFilePermission> above) {
        Set<PosixFilePermission> wanted = PosixFilePermissions.fromString("rwxr-xr-x");
        wanted.retainAll(above);
        return wanted;
    }

    /** A snapshot in the making, gone when closed unless it was finished. */
    final class Draft implements AutoCloseable {

        private final SavedFiles draft;
        private final Monitor monitor;
        private Qemu qemu;

        private Draft(SavedFiles draft) throws IOException {
            this.draft = draft;
            try {
                this.monitor = Monitor.open();
            } catch (IOException e) {
                draft.delete();
                throw e;
            }
        }

        /** Boots the guest that is to be saved. */
        Qemu boot() throws IOException, TargetException {
            qemu = start(monitor, memory(draft, "on"), true);
            try {
                monitor.connect(qemu, LONGEST_SAVE);
                return qemu;
            } catch (IOException | RuntimeException e) {
                qemu.close();
                throw e;
            }
        }

        /** Saves the guest as it is now, and ends it. */
        void finish() throws IOException, InterruptedException {
            if (qemu.lockstep().isPresent()) {
                qemu.lockstep().get().awaitPause();
            }
            byte[] devices = monitor.takeDevices(qemu);
            qemu.close();
            digHoles(draft.ram());
            draft.complete(devices);
            publish(draft);
        }

        @Override
        public void close() throws IOException {
            draft.delete();
            monitor.close();
        }
    }

    /** Gives back the space of pages that are all zeros: fallocate(1). */
    private static void digHoles(Path file) throws IOException, InterruptedException {
        Process process =
                ChildProcess.of("fallocate", "--dig-holes", file.toString())
                        .redirectErrorStream(true)
                        .start();
        String output = process.inputReader().readAllAsString();
        if (process.waitFor() != 0) {
            LOG.log(Level.DEBUG, "the file system knows no holes: " + output);
        }
    }

    /** Removes the snapshots unused for longest, and what killed notebooks left. */
    private void prune() throws IOException {
        Map<Boolean, List<Path>> entries;
        try (var all = Files.list(own.directory().getParent())) {
            entries =
                    all.filter(Files::isDirectory) // else the lock
                            .sorted(Comparator.comparing(Snapshot::lastUsed).reversed())
                            .collect(Collectors.partitioningBy(Snapshot::isDraft));
        }
        entries.get(false).stream().skip(KEPT).map(SavedFiles::new).forEach(SavedFiles::delete);
        var old = FileTime.from(Instant.now().minus(LONGEST_SAVE));
        entries.get(true).stream()
                .filter(draft -> lastUsed(draft).compareTo(old) < 0)
                .map(SavedFiles::new)
                .forEach(SavedFiles::delete);
    }

    private static boolean isDraft(Path entry) {
        return entry.getFileName().toString().startsWith(DRAFT);
    }

    private static FileTime lastUsed(Path entry) {
        try {
            return Files.getLastModifiedTime(entry);
        } catch (IOException e) {
            return FileTime.fromMillis(0); // another notebook has just removed it
        }
    }
}
