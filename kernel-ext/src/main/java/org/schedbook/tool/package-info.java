/** The commands of {@code ./schedbook} that are Java; neither notebooks nor guests have them. */
package org.schedbook.tool;
