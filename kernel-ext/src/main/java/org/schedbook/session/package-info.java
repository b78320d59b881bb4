/**
 * What a notebook knows and is doing: its policies and their versions, where they run, what was
 * measured. The magics and {@link org.schedbook.Schedbook} both stand on it.
 */
package org.schedbook.session;
