/**
 * What is kept beside a notebook: every request to a model and what came of it, every version of
 * every policy, every measurement.
 */
package org.schedbook.store;
