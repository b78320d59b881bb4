package org.schedbook.target.vm;

import static java.util.Map.entry;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Timeout;
import org.schedbook.compile.CompiledPolicy;
import org.schedbook.compile.PolicySource;
import org.schedbook.kernel.KernelPolicy;
import org.schedbook.kernel.UnsupportedException;
import org.schedbook.policy.ExitInfo;
import org.schedbook.target.AttachOptions;
import org.schedbook.target.Attachment;
import org.schedbook.target.CommandResult;
import org.schedbook.target.Status;
import org.schedbook.target.TargetException;

/** Policies that decide in the kernel of a real guest. */
@Timeout(120)
class InKernelContractIT extends GuestContract {

    private static final Set<String> NOTHING = Set.of();
    private static final Set<String> ERRORS = Set.of("nr_policy_errors");

    @Override
    protected Ran run(PolicySource source, CompiledPolicy compiled, Load load, End awaited)
            throws Exception {
        KernelPolicy policy;
        try {
            policy = KernelPolicy.of(source, compiled);
        } catch (UnsupportedException e) {
            return new Ran(End.REFUSED, Map.of(), List.of(e.getMessage()), e.getMessage());
        }
        VmTarget guest = guest();
        try (Attachment attachment = guest.attach(policy, AttachOptions.DEFAULT)) {
            CommandResult result = run(guest, load);
            assertEquals(0, result.exitCode(), result.toString());
            Status status = attachment.status();
            for (int i = 0; awaited == End.ENDED && i < 300 && status.exit() == null; i++) {
                Thread.sleep(100);
                status = attachment.status();
            }
            ExitInfo exit = attachment.detach();
            status = attachment.status();
            return new Ran(
                    exit.isError() ? End.ENDED : End.STAYED,
                    status.counters(),
                    status.faults(),
                    exit.isError() ? exit.reason() : "");
        } catch (TargetException e) {
            if (e.getMessage().contains("let go of it at once")) {
                // Whoever attaches is scheduled by the policy, too: the answer came after the end.
                return new Ran(End.ENDED, Map.of(), List.of(), e.getMessage());
            }
            if (e.getMessage().contains("did not return")) {
                guest.close(); // a call of it still runs there
            }
            return new Ran(End.REFUSED, Map.of(), List.of(e.getMessage()), e.getMessage());
        }
    }

    @Override
    protected Map<String, Difference> differences() {
        return Map.ofEntries(
                entry("throws in exit", unnoticed("exit() is not called")),
                entry("inserts in exit", unnoticed("exit() is not called")),
                entry(
                        "throws with a message of a million characters",
                        new Difference(
                                End.STAYED,
                                ERRORS,
                                List.of("enqueue, line 4: java.lang.IllegalStateException"),
                                "the kernel makes no strings: a message that is no literal is not"
                                        + " known")),
                entry("recurses without end", refused("recursion", "line 4, column")),
                entry(
                        "does not return from enqueue",
                        new Difference(
                                End.ENDED,
                                ERRORS,
                                List.of("enqueue, line 4: a loop was ended after 65,536 turns"),
                                "in the kernel every loop has an end; what ends a policy is how"
                                        + " many had to be given one")),
                entry(
                        "throws what never says what it is",
                        new Difference(
                                End.STAYED,
                                ERRORS,
                                List.of("enqueue, line 4: Row$Silent"),
                                "what a throw throws is known when it is translated, and nobody"
                                        + " asks it")),
                entry(
                        "keeps tasks and hands none out",
                        new Difference(
                                End.ENDED,
                                NOTHING,
                                List.of(),
                                "what is kept is in a DSQ, where the kernel's own watchdog sees"
                                        + " it wait")),
                entry(
                        "dispatches a task to a CPU that it may not use",
                        refused("late-field", "line 4, column")),
                entry("a DSQ used both ways", refused("mixed-dsq", "line 4, column")),
                entry("inserts in running", refused("insert-early", "line 3, column")),
                entry("inserts in stopping", refused("insert-early", "line 3, column")),
                entry("a DSQ made too late", refused("create-late", "line 4, column")),
                entry("moveToLocal in enqueue", refused("move-early", "line 4, column")),
                entry("a task is named by its number", refused("no-strings", "line 4, column")),
                entry(
                        "allocates a megabyte for each task",
                        refused("array-late", "line 4, column")));
    }

    private static Difference unnoticed(String why) {
        return new Difference(End.STAYED, NOTHING, List.of(), why);
    }

    /** What is known before anything runs, at the line and column. */
    private static Difference refused(String label, String place) {
        return new Difference(
                End.REFUSED,
                NOTHING,
                List.of(place + ".*[" + label + "]"),
                "it is seen when the policy is translated: " + label);
    }
}
