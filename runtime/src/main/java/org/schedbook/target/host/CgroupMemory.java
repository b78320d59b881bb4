package org.schedbook.target.host;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * What the groups that this process is in leave of their memory: a container's, a batch job's, or a
 * user's on a shared server. Past it the kernel kills, however much the machine has.
 *
 * @param membership proc_pid_cgroup(5)
 * @param mount where the hierarchies are
 */
record CgroupMemory(Path membership, Path mount) {

    static final CgroupMemory SELF =
            new CgroupMemory(Path.of("/proc/self/cgroup"), Path.of("/sys/fs/cgroup"));

    /** The files of one version of control groups. */
    private enum Version {
        ONE("memory.limit_in_bytes", "memory.usage_in_bytes", "total_inactive_file"),
        TWO("memory.max", "memory.current", "inactive_file");

        private final String limit;
        private final String usage;
        private final String cache;

        Version(String limit, String usage, String cache) {
            this.limit = limit;
            this.usage = usage;
            this.cache = cache;
        }
    }

    /** Returns how much memory can be taken yet, in bytes; empty if no group limits it. */
    OptionalLong room() {
        List<String> groups;
        try {
            groups = Files.readAllLines(membership);
        } catch (IOException e) {
            return OptionalLong.empty();
        }
        var room = OptionalLong.empty();
        for (String line : groups) {
            String[] fields = line.split(":", 3); // number, controllers, path
            if (fields.length < 3 || !fields[2].startsWith("/")) {
                continue;
            }
            if (fields[0].equals("0")) {
                room = least(room, room(mount, fields[2], Version.TWO));
            } else if (List.of(fields[1].split(",")).contains("memory")) {
                room = least(room, room(mount.resolve("memory"), fields[2], Version.ONE));
            }
        }
        return room;
    }

    /** A limit holds for the groups below it, too. In a container the outer ones are not seen. */
    private static OptionalLong room(Path root, String path, Version version) {
        var room = OptionalLong.empty();
        Path group = root.resolve(path.substring(1)).normalize();
        while (group != null && group.startsWith(root)) {
            room = least(room, room(group, version));
            group = group.getParent();
        }
        return room;
    }

    private static OptionalLong room(Path group, Version version) {
        try {
            String limit = Files.readString(group.resolve(version.limit)).strip();
            if (limit.equals("max")) {
                return OptionalLong.empty();
            }
            long used = Long.parseLong(Files.readString(group.resolve(version.usage)).strip());
            // Files that nobody has looked at lately are dropped rather than somebody killed.
            long cache = cache(group.resolve("memory.stat"), version).orElse(0L);
            return OptionalLong.of(Math.max(0, Long.parseLong(limit) - used + cache));
        } catch (IOException | NumberFormatException e) {
            return OptionalLong.empty(); // there is no such group here, or it has no limit
        }
    }

    private static Optional<Long> cache(Path stat, Version version) throws IOException {
        try (var lines = Files.lines(stat)) {
            return lines.filter(line -> line.startsWith(version.cache + " "))
                    .map(line -> Long.parseLong(line.substring(version.cache.length() + 1)))
                    .findFirst();
        }
    }

    private static OptionalLong least(OptionalLong one, OptionalLong other) {
        return one.isEmpty() || other.isPresent() && other.getAsLong() < one.getAsLong()
                ? other
                : one;
    }
}
