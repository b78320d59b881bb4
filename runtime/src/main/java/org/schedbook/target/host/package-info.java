/** A target that is the machine this Java runs on. */
package org.schedbook.target.host;
