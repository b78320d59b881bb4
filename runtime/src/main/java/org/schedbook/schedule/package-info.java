/**
 * Who ran where and when, whoever tells it: {@link org.schedbook.schedule.Schedule} is the same
 * value for a simulation and for what a kernel did.
 */
package org.schedbook.schedule;
