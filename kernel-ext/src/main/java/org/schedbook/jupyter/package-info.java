/**
 * A notebook kernel, and what magics are made of.
 *
 * <p>A {@link org.schedbook.jupyter.Magic} is a small picocli command: fields are options, {@code
 * run} does the work and returns what the cell shows. {@link org.schedbook.jupyter.Magics} holds
 * them by name, parses, completes, explains and interrupts them, and turns what they throw into a
 * card at the cell. {@link org.schedbook.jupyter.SchedbookKernel} is a JJava kernel that also
 * carries next-cell payloads, completes options, aborts queued cells after an error, and never
 * outlives its parent. Nothing here knows of schedulers.
 */
package org.schedbook.jupyter;
