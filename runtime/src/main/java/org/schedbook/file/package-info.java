/** Reading and writing files where a stranger may have been. */
package org.schedbook.file;
