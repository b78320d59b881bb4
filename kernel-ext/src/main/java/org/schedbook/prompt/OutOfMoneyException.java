package org.schedbook.prompt;

import org.schedbook.llm.ModelException;

/** An answer was not asked for, because the limit of costs is reached. */
final class OutOfMoneyException extends ModelException {

    private static final long serialVersionUID = 1L;

    OutOfMoneyException() {
        super("The budget is spent.", "Run the line again with a higher one.", "");
    }
}
