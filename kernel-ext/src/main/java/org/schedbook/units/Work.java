package org.schedbook.units;

import org.schedbook.child.ChildJvm;

/**
 * A kind of work.
 *
 * @param unit how its units are described
 * @param result what comes of them
 * @param jvm how a worker is started; its main method calls {@link UnitWorker#run}
 * @param needs what a worker takes of a machine
 */
public record Work<U extends Unit, R extends UnitResult>(
        Class<U> unit, Class<R> result, ChildJvm jvm, Needs needs) {

    /** Does a unit, in the worker. */
    @FunctionalInterface
    public interface Doing<U extends Unit, R extends UnitResult> {

        /**
         * @throws MachineException if it came to nothing for a reason that is no policy's
         */
        R run(String key, U unit) throws MachineException, InterruptedException;
    }

    /**
     * What a worker takes of a machine.
     *
     * @param cpus how many are its own
     * @param memoryMib its own, and of what it starts
     * @param alone whether others beside it would change what comes of it
     * @param here whether no machine but this will do
     */
    public record Needs(int cpus, int memoryMib, boolean alone, boolean here) {

        /** What a worker, its simulator and its compiler take. */
        public static final Needs USUAL = new Needs(1, 2048, false, false);
    }
}
