package org.schedbook.session;

import java.util.List;
import org.schedbook.bench.Contender;

/** What can be measured in a notebook: its policies, and the kernel's own scheduler. */
public final class Contenders {

    /** Returns the policy of that name, or the kernel's own scheduler for {@code eevdf}. */
    public static Contender named(Session session, String name) {
        return name.equals(Contender.EEVDF.name())
                ? Contender.EEVDF
                : Contender.of(session.policy(name));
    }

    public static List<String> names(Session session) {
        var names = session.policyNames();
        names.add(Contender.EEVDF.name());
        return List.copyOf(names);
    }

    private Contenders() {}
}
