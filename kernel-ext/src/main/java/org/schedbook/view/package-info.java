/** How things look in a notebook: cards, tables, pictures of what the stages below return. */
package org.schedbook.view;
