package org.schedbook.target.vm;

/**
 * How a guest is going to start.
 *
 * @param how in a word
 * @param why in a clause
 */
public record GuestStart(How how, String why) {

    /** From the quickest to the slowest. */
    public enum How {
        /** A saved guest goes on, its memory mapped from where it was saved: seconds. */
        RESUMED("resumed"),

        /** So it does, but its memory has to be copied first: a second more, once. */
        COPIED("copied, then resumed"),

        /** It boots: half a minute where CPUs are emulated. */
        BOOTED("will boot");

        private final String words;

        How(String words) {
            this.words = words;
        }

        @Override
        public String toString() {
            return words;
        }
    }

    /** Returns whether a saved guest goes on. */
    public boolean isQuick() {
        return how != How.BOOTED;
    }
}
