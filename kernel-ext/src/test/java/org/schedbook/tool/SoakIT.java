package org.schedbook.tool;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.schedbook.compile.PolicyCompiler;
import org.schedbook.compile.PolicySource;
import org.schedbook.target.Status;
import org.schedbook.target.vm.VmTarget;

@Timeout(300)
class SoakIT {

    @Test
    void aStormOfLoopsForksAndAffinitiesEndsNoPolicyAndLosesNoTask() throws Exception {
        var rr = new PolicyCompiler().compile(PolicySource.builtIn("rr").orElseThrow());
        try (VmTarget guest = VmTarget.boot()) {
            Status status = Soak.run(guest, rr, Duration.ofSeconds(20));
            assertTrue(status.counters().get("nr_user_dispatches") > 1000, status.toString());
            assertEquals(0, status.counters().get("nr_forgotten"), status.toString());
        }
    }
}
