package org.schedbook.units;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.schedbook.session.SessionException;
import org.schedbook.units.Work.Needs;

/** Where units are done. */
public sealed interface Machines {

    /** Returns how many units are done at a time. */
    int atATime();

    /**
     * Reads where units are to be done.
     *
     * @param on {@code local:N} or {@code slurm:PARTITION:N}, each part after the first of which
     *     may be missing; null for {@code local}
     * @throws SessionException if it is something else, there is no Slurm, or units would disturb
     *     each other
     */
    static Machines of(Needs needs, String on) throws InterruptedException {
        if (on == null || on.equals("local")) {
            return new Local(needs.alone() ? 1 : LocalSlots.usual());
        }
        Matcher slurm = Cluster.NAME.matcher(on);
        return slurm.matches() ? Cluster.of(needs, slurm, Slurm::cpus) : Local.of(needs, on);
    }

    /** This machine. */
    record Local(int atATime) implements Machines {

        private static final Pattern NAME = Pattern.compile("local:(\\d{1,6})");

        private static Local of(Needs needs, String on) {
            Matcher matcher = NAME.matcher(on);
            int slots = matcher.matches() ? Integer.parseInt(matcher.group(1)) : 0;
            if (slots < 1 || slots > LocalSlots.MOST) {
                throw new SessionException(
                        "'%s' is no place to measure: it is local:N with N from 1 to %d, or slurm."
                                .formatted(on, LocalSlots.MOST),
                        "One for each core is a good number: local:%d."
                                .formatted(LocalSlots.usual()));
            }
            if (slots > 1 && needs.alone()) {
                throw new SessionException(
                        "Figures of the wall clock are not measured beside each other: each would slow the"
                                + " others down.",
                        "Write local:1, or have time counted in instructions (vm with --clock"
                                + " instructions) or simulated (sim).");
            }
            return new Local(slots);
        }
    }

    /**
     * A cluster, by Slurm.
     *
     * @param partition empty for the usual one
     */
    record Cluster(Optional<String> partition, int atATime) implements Machines {

        static final Pattern NAME =
                Pattern.compile("slurm(?::([A-Za-z][\\w.-]*))?(?::(\\d{1,6}))?");

        /** Slurm's own limit to the length of an array, unless a site has another. */
        private static final int MOST = 1000;

        /** Says how many CPUs a partition has, and complains if there is no such partition. */
        interface Cpus {
            int of(Optional<String> partition) throws InterruptedException;
        }

        /**
         * Returns what a name that matches {@link #NAME} is the name of.
         *
         * @throws SessionException if it is none for these units
         */
        static Cluster of(Needs needs, Matcher name, Cpus cpus) throws InterruptedException {
            if (needs.here()) {
                throw new SessionException(
                        "The target host is this machine, and a cluster is others.",
                        "Sweep in a guest (vm) or in the simulator (sim), or on this machine:"
                                + " --on local.");
            }
            Optional<Integer> tasks = Optional.ofNullable(name.group(2)).map(Integer::valueOf);
            if (tasks.isPresent() && (tasks.get() < 1 || tasks.get() > MOST)) {
                throw new SessionException(
                        "Slurm is given from 1 to %,d tasks at a time, not %d."
                                .formatted(MOST, tasks.get()),
                        "Without a number it is as many as the partition has CPUs for.");
            }
            Optional<String> partition = Optional.ofNullable(name.group(1));
            int usual = cpus.of(partition) / needs.cpus();
            return new Cluster(partition, tasks.orElse(Math.clamp(usual, 1, MOST)));
        }
    }
}
