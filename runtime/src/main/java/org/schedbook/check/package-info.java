/**
 * Tests of policies: {@link org.schedbook.check.Check} has the loads, the machine and what can be
 * expected of a schedule; {@link org.schedbook.check.Promise} what a policy promises of every
 * schedule, on the loads of {@link org.schedbook.check.Exercise}.
 */
package org.schedbook.check;
