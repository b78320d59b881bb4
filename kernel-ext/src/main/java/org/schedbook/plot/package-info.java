/**
 * Charts of measured samples: PNG at twice the screen's resolution, with a table for those who read
 * it.
 */
package org.schedbook.plot;
