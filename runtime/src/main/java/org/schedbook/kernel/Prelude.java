package org.schedbook.kernel;

import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.schedbook.kernel.Names.Headers;

/** The words that {@code policy.h} has for policies that are written in C. */
public final class Prelude {

    private static final Pattern DEFINED =
            Pattern.compile(
                    "(?m)^#define ((?:sb_|SB_DSQS|SLICE_|Dsq_|Enq_|Kick_|vtimeBefore)\\w*)");

    private static final Set<String> NAMES = names();

    private Prelude() {}

    private static Set<String> names() {
        var names = new TreeSet<>(HandWritten.CALLBACKS.keySet());
        names.addAll(List.of("SB", "s32", "s64", "u32", "u64", "struct task_struct"));
        DEFINED.matcher(Headers.text("policy.h"))
                .results()
                .map(match -> match.group(1))
                .forEach(names::add);
        return names;
    }

    /** Returns the words that begin so, sorted. */
    public static List<String> names(String prefix) {
        return NAMES.stream().filter(name -> name.startsWith(prefix)).toList();
    }
}
