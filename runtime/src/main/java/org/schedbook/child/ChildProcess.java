package org.schedbook.child;

import java.util.List;
import java.util.Set;

/**
 * The one place where processes are made. A child sees of this process's environment what is listed
 * here: keys and passwords are handed over in variables of all names.
 */
public final class ChildProcess {

    private static final Set<String> LISTED =
            Set.of("PATH", "HOME", "USER", "LOGNAME", "LANG", "LANGUAGE", "TZ", "TMPDIR");

    private static final List<String> LISTED_PREFIXES = List.of("LC_", "XDG_");

    /** Returns a builder of a process with a listed environment. */
    public static ProcessBuilder of(List<String> command) {
        var builder = new ProcessBuilder(command);
        builder.environment().keySet().removeIf(name -> !isListed(name));
        return builder;
    }

    /** Returns a builder of a process with a listed environment. */
    public static ProcessBuilder of(String... command) {
        return of(List.of(command));
    }

    private static boolean isListed(String name) {
        return LISTED.contains(name) || LISTED_PREFIXES.stream().anyMatch(name::startsWith);
    }

    private ChildProcess() {}
}
