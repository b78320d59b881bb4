package org.schedbook.target.vm;

import java.io.IOException;

/** A saved guest is not what was saved, so that it will never go on. */
final class DamagedSnapshotException extends IOException {

    private static final long serialVersionUID = 1;

    DamagedSnapshotException(String what) {
        super(what);
    }
}
