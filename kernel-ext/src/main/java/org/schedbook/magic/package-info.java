/**
 * The notebook kernel and its magics.
 *
 * <p>A {@link org.schedbook.magic.Magic} is a small picocli command: fields are options, {@code
 * run} does the work and returns what the cell shows. {@link org.schedbook.magic.Magics} holds them
 * by name, parses, completes, explains and interrupts them, and turns what they throw into a card
 * at the cell. {@link org.schedbook.magic.SchedbookExtension} puts them into any JJava kernel;
 * {@link org.schedbook.magic.SchedbookKernel} is a JJava kernel that also carries next-cell
 * payloads, completes options, aborts queued cells after an error, and never outlives its parent.
 */
package org.schedbook.magic;
