package org.schedbook.session;

import java.util.List;
import java.util.Set;
import org.schedbook.target.Activity;
import org.schedbook.target.Attachment;
import org.schedbook.target.Status;
import org.schedbook.target.TargetException;

/**
 * What {@code %top} saw of a policy.
 *
 * @param policy its name
 * @param machine where it ran
 * @param samples in their order
 */
public record Watched(String policy, String machine, List<Sample> samples) {

    /** Counters that tell of now and not of the time since the attach. */
    private static final Set<String> NOW = Set.of("nr_tasks", "nr_queued");

    /** One moment. */
    public record Sample(Status status, Activity activity) {

        public static Sample of(Attachment attachment)
                throws TargetException, InterruptedException {
            Activity activity =
                    attachment
                            .activity()
                            .orElseThrow(
                                    () ->
                                            new TargetException(
                                                    "This target does not say what it is doing.",
                                                    "%status shows its counters.",
                                                    ""));
            return new Sample(attachment.status(), activity);
        }

        public boolean ended() {
            return status.exit() != null;
        }
    }

    /** Returns whether a counter counts events since the attach. */
    public static boolean isTotal(String counter) {
        return counter.startsWith("nr_") && !NOW.contains(counter);
    }

    public Watched {
        samples = List.copyOf(samples);
    }
}
