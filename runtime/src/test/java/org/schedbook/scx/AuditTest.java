package org.schedbook.scx;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.schedbook.policy.Policy;
import org.schedbook.policy.Task;

class AuditTest {

    private final PolicyLoop loop =
            new PolicyLoop(
                    new Policy() {
                        @Override
                        public void enqueue(Task task, long enqFlags) {}
                    },
                    Options.DEFAULT);

    private static Map<String, Long> counters(long enqueued) {
        return new HashMap<>(
                Map.of(
                        "nr_enqueued", enqueued,
                        "nr_user_dispatches", 5L,
                        "nr_bounce_dispatches", 2L,
                        "nr_rescued", 3L,
                        "nr_dequeued", 1L,
                        "nr_gone", 1L));
    }

    @Test
    void whatAddsUpIsNoFault() {
        Map<String, Long> counters = counters(12);
        loop.audit(counters);
        assertEquals(List.of(), loop.faults());
        assertFalse(counters.containsKey("nr_unaccounted"));
    }

    @Test
    void anEnqueueThatCameToNothingIsAFaultWithItsFigures() {
        Map<String, Long> counters = counters(13);
        loop.audit(counters);
        assertEquals(1, counters.get("nr_unaccounted"));
        String fault = loop.faults().getFirst().sentence();
        assertTrue(fault.contains("of 13 enqueues 7 were dispatched"), fault);
        assertTrue(fault.contains("1 unaccounted for"), fault);
    }
}
