package org.schedbook.target.vm;

import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Optional;
import java.util.zip.CRC32C;
import org.schedbook.file.Trust;

/**
 * The files of a saved guest: its memory, the state of its devices, and checksums of both.
 *
 * @param directory of nothing else
 */
record SavedFiles(Path directory) {

    private static final Logger LOG = System.getLogger(SavedFiles.class.getName());

    private static final String RAM = "ram";
    private static final String DEVICES = "devices";
    private static final String SUMS = "sums";

    /** What one checksum of memory covers. */
    private static final int CHUNK = 64 << 10;

    /** In place of the checksum of a chunk of zeros, a hole in the file, which is not read. */
    private static final int HOLE = 0;

    Path ram() {
        return directory.resolve(RAM);
    }

    /** Says why they are not to be used, in a clause; empty if they are. */
    Optional<String> objection() {
        if (Files.notExists(directory)) {
            return Optional.of("none has been saved");
        }
        for (String name : List.of("", RAM, DEVICES, SUMS)) {
            Path file = directory.resolve(name);
            try {
                if (!Files.isReadable(file)) {
                    return Optional.of("%s cannot be read by this user".formatted(file));
                }
                Optional<String> distrust = Trust.objection(file);
                if (distrust.isPresent()) {
                    return Optional.of("%s %s".formatted(file, distrust.get()));
                }
            } catch (NoSuchFileException e) {
                return Optional.of(file + " has just been removed");
            } catch (IOException e) {
                return Optional.of("%s cannot be read: %s".formatted(file, e.getMessage()));
            }
        }
        return Optional.empty();
    }

    /**
     * Returns the state of the devices, if it and the memory are as they were saved.
     *
     * @param memory how many bytes the guest has
     * @throws DamagedSnapshotException if they are not
     */
    byte[] verify(long memory) throws IOException {
        return read(memory, (_, _) -> {});
    }

    /** Copies them, verified, into a directory that is there; holes stay holes. */
    void copyTo(SavedFiles copy, long memory) throws IOException {
        byte[] devices;
        try (var ram =
                FileChannel.open(
                        copy.ram(), StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
            devices = read(memory, (index, chunk) -> write(ram, index, chunk));
            if (ram.size() < memory) {
                ram.write(ByteBuffer.allocate(1), memory - 1); // it ended in a hole
            }
        }
        Files.write(copy.directory.resolve(DEVICES), devices);
        Files.write(copy.directory.resolve(SUMS), Files.readAllBytes(directory.resolve(SUMS)));
    }

    /** Puts the state of the devices, and checksums, beside the memory. */
    void complete(byte[] devices) throws IOException {
        Files.write(directory.resolve(DEVICES), devices);
        try (var ram = FileChannel.open(ram())) {
            Files.write(directory.resolve(SUMS), sums(ram, devices));
        }
    }

    /** Removes them, or as much of them as can be. */
    void delete() {
        for (String file : List.of(SUMS, DEVICES, RAM, "")) {
            try {
                Files.deleteIfExists(directory.resolve(file));
            } catch (IOException e) {
                LOG.log(Level.DEBUG, "not removed", e);
            }
        }
    }

    /** What is done with each part of the memory that is not all zeros. */
    private interface Sink {
        void take(long index, ByteBuffer chunk) throws IOException;
    }

    private byte[] read(long memory, Sink sink) throws IOException {
        try (var ram = FileChannel.open(ram())) {
            var sums = ByteBuffer.wrap(Files.readAllBytes(directory.resolve(SUMS)));
            long chunks = memory / CHUNK;
            if (ram.size() != memory || sums.remaining() != (chunks + 1) * Integer.BYTES) {
                throw new DamagedSnapshotException("a file of the snapshot is cut short");
            }
            var chunk = ByteBuffer.allocateDirect(CHUNK);
            for (long i = 0; i < chunks; i++) {
                int sum = sums.getInt();
                if (sum == HOLE) {
                    continue;
                }
                if (sum != sum(read(ram, i, chunk))) {
                    throw new DamagedSnapshotException("the memory is damaged at chunk " + i);
                }
                sink.take(i, chunk.rewind());
            }
            byte[] devices = Files.readAllBytes(directory.resolve(DEVICES));
            if (sums.getInt() != sum(ByteBuffer.wrap(devices))) {
                throw new DamagedSnapshotException("the state of the devices is damaged");
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
                throw new DamagedSnapshotException("the memory became shorter");
            }
        }
        return chunk.flip();
    }

    private static void write(FileChannel file, long index, ByteBuffer chunk) throws IOException {
        while (chunk.hasRemaining()) {
            file.write(chunk, index * CHUNK + chunk.position());
        }
    }

    private static int sum(ByteBuffer bytes) {
        var crc = new CRC32C();
        crc.update(bytes);
        return (int) crc.getValue();
    }
}
