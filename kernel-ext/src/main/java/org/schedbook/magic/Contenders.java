package org.schedbook.magic;

import java.util.List;
import org.schedbook.bench.Contender;

/** What can be measured in a notebook: its policies, and the kernel's own scheduler. */
final class Contenders {

    static Contender named(Session session, String name) {
        return name.equals(Contender.EEVDF.name())
                ? Contender.EEVDF
                : Contender.of(session.policy(name));
    }

    static List<String> names(Session session) {
        var names = session.policyNames();
        names.add(Contender.EEVDF.name());
        return List.copyOf(names);
    }

    private Contenders() {}
}
