package org.schedbook.target.vm;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.zip.CRC32C;
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
 */
final class Snapshot {

    private static final Logger LOG = System.getLogger(Snapshot.class.getName());

    private static final int KEPT = 2;

    /** With less the first attachments of a resumed guest find more to compile. */
    private static final int REHEARSALS = Integer.getInteger("schedbook.rehearsals", 3);

    /** Drafts older than this are of notebooks that were killed. */
    private static final Duration LONGEST_SAVE = Duration.ofHours(1);

    private static final String DRAFT = ".saving";
    private static final String RAM = "ram";
    private static final String DEVICES = "devices";
    private static final String SUMS = "sums";

    /** What one checksum of memory covers. */
    private static final int CHUNK = 64 << 10;

    /** In place of the checksum of a chunk of zeros, a hole in the file, which is not read. */
    private static final int HOLE = 0;

    private final Path directory;
    private final List<String> command;
    private final Hardware hardware;
    private final int rehearsals;
    private final boolean possible;

    private Snapshot(
            Path directory,
            List<String> command,
            Hardware hardware,
            int rehearsals,
            boolean possible) {
        this.directory = directory;
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
        String key =
                hash(
                        Message.PROTOCOL,
                        Qemu.version(image.architecture()),
                        command,
                        image.properties(),
                        image.payload(), // named by its content
                        hostCpu(),
                        rehearsals);
        return new Snapshot(
                image.snapshots().resolve(key),
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
    private static List<String> hostCpu() {
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

    Path directory() {
        return directory;
    }

    /** Returns how often each policy that comes with Schedbook is attached before it is saved. */
    int rehearsals() {
        return rehearsals;
    }

    /** Returns whether a guest of this image can be saved at all. */
    boolean isPossible() {
        return possible;
    }

    /** Returns whether there is one that can be read, and is to be believed. */
    boolean exists() {
        try {
            return Files.isDirectory(directory)
                    && Files.isReadable(directory.resolve(RAM))
                    && Files.isReadable(directory.resolve(DEVICES))
                    && Files.isReadable(directory.resolve(SUMS))
                    && Trust.objection(directory).isEmpty()
                    && Trust.objection(directory.resolve(RAM)).isEmpty()
                    && Trust.objection(directory.resolve(DEVICES)).isEmpty();
        } catch (IOException e) {
            return false; // it has just been pruned
        }
    }

    /** Removes it, as far as that is possible. A guest that was resumed from it stays as it is. */
    void discard() {
        delete(directory);
    }

    /**
     * Lets the guest go on in a QEMU of its own.
     *
     * @param limit how long QEMU may take
     * @throws IOException if the snapshot is damaged, or QEMU refuses it
     */
    Qemu resume(Duration limit) throws IOException, TargetException {
        try {
            Files.setLastModifiedTime(directory, FileTime.from(Instant.now())); // for prune()
        } catch (FileSystemException e) {
            LOG.log(Level.DEBUG, "a snapshot of somebody else's is not marked as used", e);
        }
        Monitor monitor = Monitor.open();
        Qemu qemu = null;
        try {
            var options = new ArrayList<>(memory(directory, "off"));
            options.addAll(List.of("-incoming", "defer"));
            qemu = start(monitor, options, false);
            byte[] devices = verify(); // while QEMU starts
            monitor.connect(qemu, limit);
            monitor.putDevices(devices);
            return alone(qemu, monitor);
        } catch (IOException | TargetException | RuntimeException e) {
            abandon(qemu, monitor);
            throw e;
        }
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
    private List<String> memory(Path directory, String share) {
        return List.of(
                "-machine",
                "memory-backend=ram",
                "-object",
                "memory-backend-file,id=ram,size=%dM,share=%s,mem-path=%s"
                        .formatted(
                                hardware.shape().memoryMib(),
                                share,
                                Qemu.escape(directory.resolve(RAM))));
    }

    // ---- Checksums ------------------------------------------------------------------------

    /** Returns the state of the devices, if it and the memory are as they were saved. */
    private byte[] verify() throws IOException {
        try (var ram = FileChannel.open(directory.resolve(RAM))) {
            var sums = ByteBuffer.wrap(Files.readAllBytes(directory.resolve(SUMS)));
            long chunks = hardware.memoryBytes() / CHUNK;
            if (ram.size() != hardware.memoryBytes()
                    || sums.remaining() != (chunks + 1) * Integer.BYTES) {
                throw new IOException("a file of the snapshot is cut short");
            }
            var chunk = ByteBuffer.allocateDirect(CHUNK);
            for (long i = 0; i < chunks; i++) {
                int sum = sums.getInt();
                if (sum != HOLE && sum != sum(read(ram, i, chunk))) {
                    throw new IOException("the memory is damaged at chunk " + i);
                }
            }
            byte[] devices = Files.readAllBytes(directory.resolve(DEVICES));
            if (sums.getInt() != sum(ByteBuffer.wrap(devices))) {
                throw new IOException("the state of the devices is damaged");
            }
            return devices;
        }
    }

    private static byte[] sums(FileChannel ram, byte[] devices) throws IOException {
        int chunks = (int) (ram.size() / CHUNK);
        var sums = ByteBuffer.allocate((chunks + 1) * Integer.BYTES);
        var zeros = ByteBuffer.allocateDirect(CHUNK);
        var chunk = ByteBuffer.allocateDirect(CHUNK);
        for (int i = 0; i < chunks; i++) {
            read(ram, i, chunk);
            sums.putInt(chunk.equals(zeros) ? HOLE : sum(chunk));
        }
        return sums.putInt(sum(ByteBuffer.wrap(devices))).array();
    }

    private static ByteBuffer read(FileChannel file, long index, ByteBuffer chunk)
            throws IOException {
        chunk.clear();
        while (chunk.hasRemaining()) {
            if (file.read(chunk, index * CHUNK + chunk.position()) < 0) {
                throw new IOException("the memory became shorter");
            }
        }
        return chunk.flip();
    }

    private static int sum(ByteBuffer bytes) {
        var crc = new CRC32C();
        crc.update(bytes);
        return (int) crc.getValue();
    }

    // ---- Saving ---------------------------------------------------------------------------

    /**
     * Begins a snapshot.
     *
     * @throws IOException if there is no place for it
     */
    Draft draft() throws IOException {
        Path snapshots = Files.createDirectories(directory.getParent());
        if (Files.getFileStore(snapshots).getUsableSpace() < hardware.memoryBytes()) {
            // On a full disk the guest would die of writing to its memory.
            throw new IOException("no space to save a guest in " + snapshots);
        }
        return new Draft(Files.createTempDirectory(snapshots, DRAFT));
    }

    /** A snapshot in the making, gone when closed unless it was finished. */
    final class Draft implements AutoCloseable {

        private final Path draft;
        private final Monitor monitor;
        private Qemu qemu;

        private Draft(Path draft) throws IOException {
            this.draft = draft;
            try {
                this.monitor = Monitor.open();
            } catch (IOException e) {
                delete(draft);
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
            Files.write(draft.resolve(DEVICES), devices);
            digHoles(draft.resolve(RAM));
            try (var ram = FileChannel.open(draft.resolve(RAM))) {
                Files.write(draft.resolve(SUMS), sums(ram, devices));
            }
            if (!exists()) { // else another notebook was faster
                Files.move(draft, directory);
            }
            prune();
        }

        @Override
        public void close() throws IOException {
            delete(draft);
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
        try (var all = Files.list(directory.getParent())) {
            entries =
                    all.sorted(Comparator.comparing(Snapshot::lastUsed).reversed())
                            .collect(Collectors.partitioningBy(Snapshot::isDraft));
        }
        entries.get(false).stream().skip(KEPT).forEach(Snapshot::delete);
        var old = FileTime.from(Instant.now().minus(LONGEST_SAVE));
        entries.get(true).stream()
                .filter(draft -> lastUsed(draft).compareTo(old) < 0)
                .forEach(Snapshot::delete);
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

    /** Removes a snapshot or a draft, or as much of it as can be. */
    private static void delete(Path directory) {
        for (String file : List.of(SUMS, DEVICES, RAM, "")) {
            try {
                Files.deleteIfExists(directory.resolve(file));
            } catch (IOException e) {
                LOG.log(Level.DEBUG, "not removed", e);
            }
        }
    }
}
