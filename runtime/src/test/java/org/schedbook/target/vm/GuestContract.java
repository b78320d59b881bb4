package org.schedbook.target.vm;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.schedbook.target.CommandResult;
import org.schedbook.target.TargetContract;
import org.schedbook.target.TargetException;

/** The contract on the kernel of a real guest, which serves all rows until one has spoilt it. */
abstract class GuestContract extends TargetContract {

    private static final Duration LIMIT = Duration.ofSeconds(60);

    private static final String COMPUTES = "i=0; while [ $i -lt %d ]; do i=$((i+1)); done";

    private static VmTarget guest;

    @AfterAll
    static void stop() {
        if (guest != null) {
            guest.close();
        }
    }

    static VmTarget guest() throws TargetException, InterruptedException {
        if (guest == null || !guest.isAlive()) {
            guest = VmTarget.boot();
        }
        return guest;
    }

    static CommandResult run(VmTarget guest, Load load)
            throws TargetException, InterruptedException {
        return guest.run(List.of("sh", "-c", script(load)), LIMIT);
    }

    private static String script(Load load) {
        return switch (load) {
            case LIGHT ->
                    """
                    for i in 1 2 3 4; do sh -c '%s' & done
                    wait
                    """
                            .formatted(COMPUTES.formatted(2000));
            case HEAVY ->
                    """
                    for cpus in 0 0-1 0-1 0-1; do taskset -c $cpus sh -c '%s' & done
                    perf bench -f simple sched messaging -t -g 1 -l 5
                    wait
                    """
                            .formatted(COMPUTES.formatted(6000));
        };
    }
}
