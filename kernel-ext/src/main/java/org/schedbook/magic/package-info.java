/** The magics: each reads its arguments, has the session do the work, and shows what came of it. */
package org.schedbook.magic;
