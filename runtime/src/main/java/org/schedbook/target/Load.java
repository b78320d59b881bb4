package org.schedbook.target;

import java.util.List;

/** Something for a target to run: a program of the target's machine. */
public interface Load {

    /** Returns the name to speak of it by. */
    String name();

    /** Returns the command line. */
    List<String> command();
}
