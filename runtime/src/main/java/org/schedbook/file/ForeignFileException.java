package org.schedbook.file;

import java.io.IOException;

/** A file is not read, since it is none or is too long; the message says which and of what file. */
public final class ForeignFileException extends IOException {

    private static final long serialVersionUID = 1L;

    ForeignFileException(String message) {
        super(message);
    }
}
