package org.schedbook.target.host;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Amounts of memory as the kernel writes them, a line each: {@code MemTotal: 16303428 kB}. */
public final class ProcMemory {

    /** Of the machine: proc_meminfo(5). */
    public static final Path MACHINE = Path.of("/proc/meminfo");

    /** Of a process: proc_pid_status(5). */
    public static Path of(long pid) {
        return Path.of("/proc/" + pid + "/status");
    }

    /** Returns an amount in MiB; 0 if the file does not tell it. */
    public static long mib(Path file, String name) throws IOException {
        try (var lines = Files.lines(file)) {
            return lines.filter(line -> line.startsWith(name + ":"))
                    .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) / 1024)
                    .findFirst()
                    .orElse(0);
        }
    }

    /** Returns how much memory this process can take without harm to others or itself, in MiB. */
    public static long availableMib() throws IOException {
        long ofMachine = mib(MACHINE, "MemAvailable");
        long ofGroup = CgroupMemory.SELF.room().orElse(Long.MAX_VALUE) >> 20;
        return Math.min(ofMachine, ofGroup);
    }

    private ProcMemory() {}
}
