/** Reading files that may come from a stranger. */
package org.schedbook.file;
