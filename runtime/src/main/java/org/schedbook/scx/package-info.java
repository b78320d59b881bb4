/**
 * Runs a policy in user space as the scheduler of this machine's kernel: {@link
 * org.schedbook.scx.PolicyHost}.
 *
 * <p>The kernel side is {@code schedbook.bpf.c}, which has no policy of its own; the records
 * between the two are those of {@code wire.h}.
 */
package org.schedbook.scx;
