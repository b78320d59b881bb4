/**
 * Sweeps: policies, values of their constants, workloads and repetitions, cut into {@linkplain
 * org.schedbook.units.Unit units}. It knows no notebook, and opens no store.
 */
package org.schedbook.sweep;
