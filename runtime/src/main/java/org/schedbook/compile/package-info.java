/**
 * From the text of a cell to classes that can be loaded: {@code PolicySource} to {@code
 * CompiledPolicy}.
 */
package org.schedbook.compile;
