/** The C library calls that the runtime needs: {@link org.schedbook.posix.Posix}. */
package org.schedbook.posix;
