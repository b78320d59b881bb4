package org.schedbook.bench;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.schedbook.target.CommandResult;
import org.schedbook.target.Target;
import org.schedbook.target.TargetException;

/**
 * A scheduler that is a program of its own, in the guest because the launcher put it there.
 *
 * @param name as in the rows
 * @param commandLine for a shell
 */
record PeerScheduler(String name, String commandLine) {

    /** {@code loop.c}, on our own BPF backend. */
    static final PeerScheduler C_LOOP =
            new PeerScheduler(
                    "c-loop", Workloads.PROGRAMS + "loop " + Workloads.PROGRAMS + "schedbook.bpf.o");

    static final PeerScheduler RLFIFO =
            new PeerScheduler("rlfifo", Workloads.PROGRAMS + "scx_rlfifo");

    /** Runs "$@" while the scheduler is attached; what that wrote is left in {@link #OUTPUT}. */
    private static final String SCRIPT =
            """
            state() { cat /sys/kernel/sched_ext/state; }
            %s >%s 2>/tmp/peer.err &
            peer=$!
            until [ "$(state)" = enabled ]; do
                kill -0 $peer || { cat /tmp/peer.err >&2; exit 1; }
                sleep 0.05
            done
            "$@"
            status=$?
            [ "$(state)" = enabled ] || {
                echo 'the kernel threw it out:' >&2
                grep -h -m 1 -A 1 'exit kind' %s /tmp/peer.err >&2
                status=1
            }
            kill -INT $peer
            wait $peer
            until [ "$(state)" = disabled ]; do sleep 0.05; done
            exit $status
            """;

    private static final String OUTPUT = "/tmp/peer.out";

    private static final int AGAIN = 5;

    /** Returns whether the program is there. */
    boolean isIn(Target target) throws TargetException, InterruptedException {
        String program = commandLine.split(" ")[0];
        return target.run(List.of("test", "-x", program), Duration.ofSeconds(10)).exitCode() == 0;
    }

    /**
     * Runs a command under the scheduler, which is attached for it and detached after it. One that
     * the kernel throws out, as happens on a busy machine, runs again.
     */
    CommandResult run(Target target, List<String> command, Duration limit)
            throws TargetException, InterruptedException {
        var line = new ArrayList<>(List.of("sh", "-c", script(), "sh"));
        line.addAll(command);
        CommandResult result = target.run(line, limit);
        for (int again = 1; result.exitCode() != 0 && again <= AGAIN; again++) {
            System.out.println(name + " failed and runs again: " + result.errors());
            result = target.run(line, limit);
        }
        return result;
    }

    private String script() {
        return SCRIPT.formatted(commandLine, OUTPUT, OUTPUT);
    }

    /** Returns what the scheduler printed during the last {@link #run}. */
    String output(Target target) throws TargetException, InterruptedException {
        return target.run(List.of("cat", OUTPUT), Duration.ofSeconds(10)).output();
    }
}
