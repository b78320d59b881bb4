/**
 * A deterministic simulator of Linux CPU scheduling under sched_ext: the same policy class, on any
 * number of CPUs, without privileges.
 *
 * <p>{@link org.schedbook.target.sim.Simulation} is the entrance. The rules are those of {@code
 * Documentation/scheduler/sched-ext.rst} and {@code kernel/sched/ext.c}; what things cost is a
 * {@link org.schedbook.target.sim.CostModel}. Simulated time is a {@code long} of nanoseconds; no
 * clock, hash order or floating point takes part in a decision, so a run with the same input and
 * seed is the same, event for event, on any machine.
 */
package org.schedbook.target.sim;
