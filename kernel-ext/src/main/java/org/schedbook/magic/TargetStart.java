package org.schedbook.magic;

import org.schedbook.jupyter.MagicCall;
import org.schedbook.jupyter.Progress;
import org.schedbook.session.Session;
import org.schedbook.target.TargetException;

/** Starts the target, and shows that it is starting. */
final class TargetStart {

    static void start(Session session, MagicCall call)
            throws TargetException, InterruptedException {
        if (session.place().running().isPresent()) {
            return;
        }
        if (session.place().choice().guest().isEmpty()) {
            session.place().target(); // which takes no time
            return;
        }
        try (Progress progress = call.progress("Starting the target", 1)) {
            progress.note("about 10 s where there is no KVM");
            session.place().target();
            progress.step();
        }
    }

    private TargetStart() {}
}
