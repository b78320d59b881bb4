package org.schedbook.target.vm;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What a guest's console, and what is known of its QEMU, says of why the guest is no more.
 *
 * @param why goes on from a sentence that says how it ended; empty if nothing is known
 * @param nextStep what the person can do now
 */
record LastWords(String why, String nextStep) {

    private static final Pattern PANIC =
            Pattern.compile("Kernel panic - not syncing: ([^\r\n]{1,120})");
    private static final Pattern AGENT = Pattern.compile("agent ended with status (\\d{1,4})");
    private static final Pattern QEMU = Pattern.compile("QEMU ended with status (\\d{1,4})");

    private static final String AGAIN = "Run the cell again: it starts a new guest.";

    /** Of a process that SIGKILL has ended: 128 and the signal's number. */
    private static final int KILLED = 137;

    static LastWords of(String words) {
        if (words.contains("java.lang.OutOfMemoryError")) {
            return new LastWords(
                    ": its Java has no memory left, most likely for what the policy keeps",
                    "Have the policy keep less: take out of its collections what it no longer needs."
                            + " The next cell starts a new guest.");
        }
        // The kernel panics when the agent ends, so the agent is asked for first.
        Matcher agent = AGENT.matcher(words);
        if (agent.find()) {
            return new LastWords(": its Java ended with status " + agent.group(1), AGAIN);
        }
        Matcher panic = PANIC.matcher(words);
        if (panic.find()) {
            return new LastWords(": its kernel panicked (" + panic.group(1).strip() + ")", AGAIN);
        }
        Matcher qemu = QEMU.matcher(words);
        if (qemu.find() && Integer.parseInt(qemu.group(1)) == KILLED) {
            return new LastWords(
                    ": its QEMU was killed",
                    "If nobody did, this machine has no memory left: close other notebooks, or take"
                            + " a smaller guest, such as %target vm --memory 1G. The next cell starts a"
                            + " new one.");
        }
        return new LastWords(
                qemu.hasMatch() ? ": its QEMU ended with status " + qemu.group(1) : "", AGAIN);
    }
}
