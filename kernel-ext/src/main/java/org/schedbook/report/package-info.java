/** The lab report: what was asked, tried and measured, on one page that can be run again. */
package org.schedbook.report;
