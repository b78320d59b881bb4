/**
 * What a policy promises, and whether a schedule keeps it: {@link org.schedbook.check.Promise}, on
 * the loads of {@link org.schedbook.check.Textbook}.
 */
package org.schedbook.check;
