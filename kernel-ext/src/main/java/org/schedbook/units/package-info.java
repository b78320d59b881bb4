/**
 * Units of work, done by workers in processes of their own, on this machine or on a cluster. Files
 * are the truth: what is to be done is described in one, and what came of it stands in another.
 * What the work is, sweeps and grading say; this knows neither, no notebook, and opens no store.
 */
package org.schedbook.units;
