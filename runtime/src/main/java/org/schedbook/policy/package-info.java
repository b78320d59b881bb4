/**
 * What a scheduling policy is written against.
 *
 * <p>A policy extends {@link org.schedbook.policy.Policy}, overrides the callbacks it cares about,
 * and answers with the verbs it inherits. Callbacks, verbs and constants mean what their namesakes
 * mean in the kernel's sched_ext ({@code kernel/sched/ext.c}, {@code
 * Documentation/scheduler/sched-ext.rst}).
 */
package org.schedbook.policy;
