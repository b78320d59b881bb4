package org.schedbook.scx;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.schedbook.posix.Posix;

class HindrancesTest {

    @Test
    void aThreadThatRunsDoesNotWaitForTheKernel() {
        assertFalse(Hindrances.waitsForKernel(Posix.get().gettid()));
    }

    @Test
    void memoryTouchedForTheFirstTimeIsCounted() {
        Hindrances before = Hindrances.now();
        byte[] touched = new byte[64 << 20];
        for (int i = 0; i < touched.length; i += 4096) {
            touched[i] = 1;
        }
        Map<String, Long> counters = new HashMap<>();
        Hindrances.now().addCounters(counters, before);
        assertTrue(counters.get("nr_page_faults") > 0, counters.toString());
        assertTrue(counters.get("nr_major_faults") >= 0, counters.toString());
    }
}
