package org.schedbook.target.vm;

import java.io.IOException;

/** What arrived is no message, or none that may arrive: nothing after it can be trusted. */
final class DamagedMessageException extends IOException {

    private static final long serialVersionUID = 1L;

    DamagedMessageException(String message) {
        super(message);
    }

    DamagedMessageException(String message, Throwable cause) {
        super(message, cause);
    }
}
