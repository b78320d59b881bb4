/** Makes the simulator's costs those of a real machine: {@code ./schedbook calibrate}. */
package org.schedbook.calibrate;
