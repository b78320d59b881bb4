package org.schedbook.target;

/**
 * Whether a target can be used here and now.
 *
 * @param target its name
 * @param usable whether it can
 * @param what what it is, or what is in the way, a few words
 * @param nextStep what makes it usable; empty if it is
 */
public record Availability(String target, boolean usable, String what, String nextStep) {

    /** A target that can be used. */
    public static Availability usable(String target, String what) {
        return new Availability(target, true, what, "");
    }

    /** A target that cannot be used yet. */
    public static Availability missing(String target, String what, String nextStep) {
        return new Availability(target, false, what, nextStep);
    }
}
