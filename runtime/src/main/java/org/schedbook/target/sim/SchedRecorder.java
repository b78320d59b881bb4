package org.schedbook.target.sim;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.GZIPInputStream;
import org.schedbook.target.CommandResult;
import org.schedbook.target.Target;
import org.schedbook.target.TargetException;

/**
 * Records what a kernel's scheduler does with a command and all that it starts, through the
 * kernel's tracefs; takes root there. What comes out is text for {@link SchedTrace#read}.
 */
public final class SchedRecorder {

    /** Stands between the two parts of what the script writes. */
    private static final String DECISIONS = "# decisions";

    /**
     * Instances of its own, so that nothing else that traces is disturbed: one of what concerns the
     * command ({@code set_event_pid}, {@code event-fork}), and one of what a policy decides, which
     * it does in the context of any task. A policy's inserts are calls of the kernel's functions
     * for it, which have other names in newer kernels; what a policy in the kernel has kept, it
     * moves. Compressed, because a target keeps 1 MiB of what a command writes.
     */
    private static final String SCRIPT =
            """
            own=$1
            shift
            k=/sys/kernel/tracing
            t=$k/instances/schedbook
            d=$k/instances/schedbook-decisions
            end() {
                rmdir $t $d
                for event in insert insert_vtime slice move; do
                    echo -:schedbook/%1$s$event >> $k/kprobe_events
                done
            } 2> /dev/null
            end # what was killed could not
            mkdir $t $d || exit 125
            trap end EXIT
            for instance in $t $d; do
                echo 0 > $instance/tracing_on
                echo mono > $instance/trace_clock
                echo 8192 > $instance/buffer_size_kb
            done
            echo event-fork > $t/trace_options
            echo record-tgid > $t/trace_options
            for event in sched_switch sched_waking sched_process_fork; do
                echo 1 > $t/events/sched/$event/enable
            done
            probe() {
                event=$1
                function=$2
                shift 2
                echo "p:schedbook/%1$s$event $function $*" >> $k/kprobe_events
            } 2> /dev/null
            task='pid=p->pid:s32'
            into() { echo "$task dsq=$1dsq_id:x64 slice=$1slice:u64"; }
            probe insert scx_bpf_dsq_insert___v2 $(into '') || probe insert scx_bpf_dsq_insert $(into '')
            probe insert_vtime __scx_bpf_dsq_insert_vtime $(into 'args->') 'vtime=args->vtime:s64' \\
                || probe insert_vtime scx_bpf_dsq_insert_vtime $(into '') vtime=vtime:s64
            probe slice scx_bpf_dsq_move_set_slice slice=slice:u64
            probe move scx_bpf_dsq_move $task dsq=dsq_id:x64
            echo 1 2> /dev/null > $d/events/schedbook/enable
            echo 1 > $d/tracing_on
            sh -c 't=$0
                own=$1
                shift
                [ -z "$own" ] || echo $$ > $t/set_event_pid
                echo 1 > $t/tracing_on
                [ -z "$own" ] || echo "%2$s$$" > $t/trace_marker
                exec "$@"' $t "$own" "$@" >&2
            status=$?
            echo 0 > $t/tracing_on
            echo 0 > $d/tracing_on
            { cat $t/trace; echo '%3$s'; cat $d/trace; } | gzip | base64 -w 0
            exit $status
            """
                    .formatted(SchedTrace.OWN, SchedTrace.MARK, DECISIONS);

    private static final Pattern TIME = Pattern.compile(" (\\d+\\.\\d{6}): ");

    /** What it may take to begin and to end. */
    private static final Duration AROUND = Duration.ofSeconds(60);

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
        return record(target, "own", command, limit);
    }

    /**
     * Records all that runs for a while.
     *
     * @throws TargetException if that cannot be done
     */
    public static String recordAll(Target target, Duration time)
            throws TargetException, InterruptedException {
        return record(
                target,
                "",
                List.of("sleep", String.valueOf(time.toSeconds())),
                time.multipliedBy(2).plus(AROUND));
    }

    private static String record(Target target, String own, List<String> command, Duration limit)
            throws TargetException, InterruptedException {
        if (target.machine().target().equals(SimTarget.NAME)) {
            throw new TargetException(
                    "A simulated machine has no kernel to record.",
                    "Record in a guest: %target vm.",
                    "");
        }
        var line = new ArrayList<>(List.of("sh", "-c", SCRIPT, "sh", own));
        line.addAll(command);
        CommandResult result = run(target, line, command, limit);
        if (result.exitCode() == NO_TRACEFS) {
            throw new TargetException(
                    "The kernel there cannot be traced.",
                    "Record in a guest: %target vm.",
                    result.errors());
        }
        result.orThrow(command);
        try (var in =
                new GZIPInputStream(
                        new ByteArrayInputStream(
                                Base64.getDecoder().decode(result.output().strip())))) {
            return merged(new String(in.readAllBytes(), UTF_8));
        } catch (IOException | IllegalArgumentException e) {
            throw new TargetException(
                    "The recording is too long to be kept.", "Record something shorter.", "");
        }
    }

    /** Runs a line in which a command is; what goes wrong is told of the command alone. */
    private static CommandResult run(
            Target target, List<String> line, List<String> command, Duration limit)
            throws TargetException, InterruptedException {
        try {
            return target.run(line, limit);
        } catch (TargetException e) {
            throw new TargetException(
                    e.getMessage()
                            .replace(
                                    CommandResult.beginning(line),
                                    CommandResult.beginning(command)),
                    e.nextStep(),
                    e.detail());
        }
    }

    /** Puts decisions where they belong by their times. */
    static String merged(String text) {
        int between = text.indexOf("\n" + DECISIONS + "\n");
        if (between < 0) {
            return text;
        }
        var decisions = new ArrayDeque<String>();
        var merged = new StringBuilder();
        boolean begun = false;
        text.substring(between + DECISIONS.length() + 2)
                .lines()
                .filter(line -> !line.startsWith("#") || line.contains("entries-written"))
                .forEach(decisions::add);
        for (String line : text.substring(0, between + 1).lines().toList()) {
            double time = time(line);
            while (!decisions.isEmpty() && time(decisions.peek()) < time) {
                String decision = decisions.poll();
                // Before the first event there was nothing to decide on.
                if (begun || decision.startsWith("#")) {
                    merged.append(decision).append('\n');
                }
            }
            begun |= time > 0;
            merged.append(line).append('\n');
        }
        decisions.forEach(line -> merged.append(line).append('\n'));
        return merged.toString();
    }

    /** Returns when that was, in seconds; before everything if it is no event. */
    private static double time(String line) {
        Matcher matcher = TIME.matcher(line);
        return line.startsWith("#") || !matcher.find() ? 0 : Double.parseDouble(matcher.group(1));
    }
}
