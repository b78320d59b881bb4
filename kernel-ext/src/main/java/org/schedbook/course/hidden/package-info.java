/** Hidden tests of the labs: in a jar of their own, which graders have and notebooks do not. */
package org.schedbook.course.hidden;
