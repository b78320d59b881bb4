package org.schedbook.session;

import java.util.Locale;
import org.schedbook.schedule.Schedule;

/**
 * What a kernel's scheduler did, as {@code %record} and others have it.
 *
 * @param title what ran, one line
 * @param policy under which; {@code eevdf} for the kernel's own scheduler, empty if that is not
 *     known
 * @param schedule who ran where and when
 */
public record Recorded(String title, String policy, Schedule schedule) {

    /** Returns one line for captions: where it was recorded, and what of it is missing. */
    public String caption() {
        String source = schedule.source().isEmpty() ? "a schedule" : schedule.source();
        String gaps =
                schedule.gaps().isEmpty()
                        ? ""
                        : " Some of it is missing: " + String.join("; ", schedule.gaps()) + ".";
        return source.substring(0, 1).toUpperCase(Locale.ROOT) + source.substring(1) + "." + gaps;
    }
}
