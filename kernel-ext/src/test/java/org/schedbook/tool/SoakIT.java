package org.schedbook.tool;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.schedbook.bench.Contender;
import org.schedbook.target.Status;
import org.schedbook.target.vm.VmTarget;

@Timeout(300)
class SoakIT {

    @Test
    void aStormOfLoopsForksAndAffinitiesEndsNoPolicyAndLosesNoTask() throws Exception {
        List<Contender> rr =
                BothWorlds.builtIn().stream()
                        .filter(p -> Contender.policyOf(p.name()).equals("rr"))
                        .toList();
        assertEquals(2, rr.size());
        try (VmTarget guest = VmTarget.boot()) {
            for (Contender policy : rr) {
                Status status = Soak.run(guest, policy, Duration.ofSeconds(20));
                assertTrue(status.counters().get("nr_user_dispatches") > 1000, status.toString());
                assertEquals(0, status.counters().get("nr_forgotten"), status.toString());
            }
        }
    }
}
