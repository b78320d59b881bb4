/**
 * A policy as a BPF program: {@link org.schedbook.kernel.Translator} makes C of its callbacks, in a
 * process of its own, {@link org.schedbook.kernel.Clang} an object of that, and {@link
 * org.schedbook.kernel.Snapshot} runs its constructor and {@code init()} in Java, where the object
 * is to be loaded, for what its fields start with.
 */
package org.schedbook.kernel;
