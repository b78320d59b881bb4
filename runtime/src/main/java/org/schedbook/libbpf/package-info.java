/**
 * libbpf: {@link org.schedbook.libbpf.Libbpf} is the C interface as it is, {@link
 * org.schedbook.libbpf.BpfObject} is what the runtime does with it.
 */
package org.schedbook.libbpf;
