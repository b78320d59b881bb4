package org.schedbook.target.vm;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Keeps the agent, often the largest process of its guest, from being what the kernel kills when
 * memory runs out: what it was asked to run is to be killed then (proc_pid_oom_score_adj(5)).
 */
final class OomScore {

    private static final Path OWN = Path.of("/proc/self/oom_score_adj");
    private static final String NEVER = "-1000";
    private static final String AS_ANY = "0";

    /** Never kill this process. */
    static void protect() throws IOException {
        Files.writeString(OWN, NEVER);
    }

    /** Starts a process that may be killed as any other: a child has its parent's score. */
    static synchronized Process start(ProcessBuilder command) throws IOException {
        Files.writeString(OWN, AS_ANY);
        try {
            return command.start();
        } finally {
            protect();
        }
    }

    private OomScore() {}
}
