/**
 * Where a policy can run: a {@link org.schedbook.target.Target} has one Linux kernel and at most
 * one policy attached to it.
 */
package org.schedbook.target;
