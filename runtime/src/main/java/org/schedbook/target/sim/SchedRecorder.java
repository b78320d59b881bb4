package org.schedbook.target.sim;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.zip.GZIPInputStream;
import org.schedbook.target.CommandResult;
import org.schedbook.target.Target;
import org.schedbook.target.TargetException;

/**
 * Records what a kernel's scheduler does with a command and all that it starts, through the
 * kernel's tracefs; takes root there. What comes out is text for {@link SchedTrace#read}.
 */
public final class SchedRecorder {

    /**
     * An instance of its own, so that nothing else that traces is disturbed. Only what concerns the
     * command is recorded ({@code set_event_pid}, {@code event-fork}). Compressed, because a target
     * keeps 1 MiB of what a command writes.
     */
    private static final String SCRIPT =
            """
            t=/sys/kernel/tracing/instances/schedbook
            mkdir $t || exit 125
            trap 'rmdir $t' EXIT
            echo 0 > $t/tracing_on
            echo mono > $t/trace_clock
            echo 8192 > $t/buffer_size_kb
            echo event-fork > $t/trace_options
            echo record-tgid > $t/trace_options
            for event in sched_switch sched_waking sched_process_fork; do
                echo 1 > $t/events/sched/$event/enable
            done
            sh -c 't=$0
                echo $$ > $t/set_event_pid
                echo 1 > $t/tracing_on
                echo "%s$$" > $t/trace_marker
                exec "$@"' $t "$@" >&2
            status=$?
            echo 0 > $t/tracing_on
            gzip -c < $t/trace | base64 -w 0
            exit $status
            """
                    .formatted(SchedTrace.MARK);

    /** What the script ends with if the kernel does not let it trace. */
    private static final int NO_TRACEFS = 125;

    private SchedRecorder() {}

    /**
     * Runs a command and records it.
     *
     * @throws TargetException if that cannot be done, or the command fails
     */
    public static String record(Target target, List<String> command, Duration limit)
            throws TargetException, InterruptedException {
        if (target.machine().target().equals(SimTarget.NAME)) {
            throw new TargetException(
                    "A simulated machine has no kernel to record.",
                    "Record in a guest: %target vm.",
                    "");
        }
        var line = new ArrayList<>(List.of("sh", "-c", SCRIPT, "sh"));
        line.addAll(command);
        CommandResult result = target.run(line, limit);
        if (result.exitCode() == NO_TRACEFS) {
            throw new TargetException(
                    "The kernel there cannot be traced.",
                    "Record in a guest: %target vm.",
                    result.errors());
        }
        if (result.exitCode() != 0) {
            throw new TargetException(
                    "'%s' ended with status %d."
                            .formatted(String.join(" ", command), result.exitCode()),
                    "Its own words are below.",
                    CommandResult.uncoloured(result.errors()));
        }
        try (var in =
                new GZIPInputStream(
                        new ByteArrayInputStream(
                                Base64.getDecoder().decode(result.output().strip())))) {
            return new String(in.readAllBytes(), UTF_8);
        } catch (IOException | IllegalArgumentException e) {
            throw new TargetException(
                    "The recording is too long to be kept.", "Record something shorter.", "");
        }
    }
}
