/**
 * The two rings between kernel and user space, read and written in mapped memory: no system call
 * and no upcall per record. What a record holds is the user's business.
 *
 * @see <a href="https://docs.kernel.org/bpf/ringbuf.html">BPF ring buffer</a>
 */
package org.schedbook.ring;
