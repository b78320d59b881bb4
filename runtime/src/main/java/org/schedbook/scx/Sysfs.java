package org.schedbook.scx;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.schedbook.policy.Topology;

/** What the kernel tells of sched_ext and of its CPUs below /sys. */
final class Sysfs {

    private static final Path SCHED_EXT = Path.of("/sys/kernel/sched_ext");
    private static final Path CPUS = Path.of("/sys/devices/system/cpu");

    private Sysfs() {}

    /** Returns {@code disabled}, {@code enabled} or a state between; empty without sched_ext. */
    static Optional<String> state() {
        return read(SCHED_EXT.resolve("state"));
    }

    /** Returns the name of the attached scheduler. */
    static Optional<String> ops() {
        return read(SCHED_EXT.resolve("root/ops"));
    }

    /** Returns how many CPUs came or went so far. */
    static long hotplugSeq() {
        return read(SCHED_EXT.resolve("hotplug_seq")).map(Long::parseLong).orElse(0L);
    }

    /** Returns how many numbers a CPU can have, from 0. */
    static int nrPossibleCpus() {
        List<Integer> possible = cpuList(CPUS.resolve("possible"));
        return possible.getLast() + 1;
    }

    static Topology topology() {
        return new Topology(
                cpuList(CPUS.resolve("online")).stream()
                        .map(
                                cpu -> {
                                    Path path = CPUS.resolve("cpu" + cpu);
                                    return new Topology.Cpu(
                                            cpu,
                                            first(path.resolve("topology/core_cpus_list"), cpu),
                                            lastLevelCache(path, cpu),
                                            node(path));
                                })
                        .toList());
    }

    private static int lastLevelCache(Path cpu, int number) {
        int llc = number;
        for (int level = 0; ; level++) {
            Path shared = cpu.resolve("cache/index" + level + "/shared_cpu_list");
            if (!Files.exists(shared)) {
                return llc;
            }
            llc = first(shared, number);
        }
    }

    private static int node(Path cpu) {
        try (var entries = Files.newDirectoryStream(cpu, "node[0-9]*")) {
            for (Path entry : entries) {
                return Integer.parseInt(entry.getFileName().toString().substring(4));
            }
            return 0;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static int first(Path list, int otherwise) {
        // Of a CPU that is going away the list is empty, and then no longer there.
        return read(list)
                .filter(text -> !text.isEmpty())
                .map(text -> cpus(text).getFirst())
                .orElse(otherwise);
    }

    private static List<Integer> cpuList(Path path) {
        return cpus(read(path).orElseThrow());
    }

    /** Reads a list such as {@code 0-3,8}. */
    private static List<Integer> cpus(String list) {
        List<Integer> cpus = new ArrayList<>();
        for (String range : list.split(",")) {
            String[] ends = range.split("-");
            for (int cpu = Integer.parseInt(ends[0]);
                    cpu <= Integer.parseInt(ends[ends.length - 1]);
                    cpu++) {
                cpus.add(cpu);
            }
        }
        return cpus;
    }

    private static Optional<String> read(Path path) {
        try {
            return Optional.of(Files.readString(path).strip());
        } catch (IOException e) {
            return Optional.empty();
        }
    }
}
