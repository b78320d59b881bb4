/**
 * Sweeps: policies, values of their constants, workloads and repetitions, cut into units that
 * workers measure in processes of their own. Files are the truth: what is to be measured is
 * described in one, and what came of it stands in another. It knows no notebook, and opens no
 * store.
 */
package org.schedbook.sweep;
