/** What is run to compare policies, and how. */
package org.schedbook.bench;
