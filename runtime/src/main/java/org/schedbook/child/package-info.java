/**
 * Processes that this one starts: what they see of its environment, and JVMs that do what may never
 * end, so that it ends with them.
 */
package org.schedbook.child;
