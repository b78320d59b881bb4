/** Numbers and what may be said about them. */
package org.schedbook.measure;
