/**
 * The course: what a lab asks, how a submission is read, tested and marked. Of a submission only
 * policies and answers are taken; no other cell of it is ever run.
 */
package org.schedbook.course;
