package org.schedbook.sweep;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.schedbook.session.SessionException;

/** Where a sweep is measured. */
public sealed interface Machines {

    /** Returns how many units are measured at a time. */
    int atATime();

    /**
     * Reads where a sweep is to be measured.
     *
     * @param on {@code local:N} or {@code slurm:PARTITION:N}, each part after the first of which
     *     may be missing; null for {@code local}
     * @throws SessionException if it is something else, there is no Slurm, or units would disturb
     *     each other
     */
    static Machines of(Sweep sweep, String on) throws InterruptedException {
        if (on == null || on.equals("local")) {
            return new Local(sweep.isTimedByTheWall() ? 1 : LocalSlots.usual());
        }
        Matcher slurm = Cluster.NAME.matcher(on);
        return slurm.matches() ? Cluster.of(sweep, slurm, Slurm::cpus) : Local.of(sweep, on);
    }

    /** This machine. */
    record Local(int atATime) implements Machines {

        private static final Pattern NAME = Pattern.compile("local:(\\d{1,6})");

        private static Local of(Sweep sweep, String on) {
            Matcher matcher = NAME.matcher(on);
            int slots = matcher.matches() ? Integer.parseInt(matcher.group(1)) : 0;
            if (slots < 1 || slots > LocalSlots.MOST) {
                throw new SessionException(
                        "'%s' is no place to measure: it is local:N with N from 1 to %d, or slurm."
                                .formatted(on, LocalSlots.MOST),
                        "One for each core is a good number: local:%d."
                                .formatted(LocalSlots.usual()));
            }
            if (slots > 1 && sweep.isTimedByTheWall()) {
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
         * @throws SessionException if it is none for this sweep
         */
        static Cluster of(Sweep sweep, Matcher name, Cpus cpus) throws InterruptedException {
            if (sweep.target().isThisMachine()) {
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
            int usual = cpus.of(partition) / SlurmJobs.cpus(sweep.target());
            return new Cluster(partition, tasks.orElse(Math.clamp(usual, 1, MOST)));
        }
    }
}
