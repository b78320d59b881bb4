package org.schedbook.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Optional;
import org.junit.jupiter.api.Test;

class MessagingTest {

    @Test
    void theCommandIsThatOfTheExperimentSchedbookSucceeds() {
        assertEquals(
                "perf bench -f simple sched messaging -t -g 24 -l 2000",
                new Messaging(24, 2000).commandLine());
    }

    @Test
    void itsSimpleFormatIsOneNumber() {
        assertEquals(Optional.of(1.743), Messaging.SMALL.parse("1.743\n"));
    }

    @Test
    void anythingElseIsNoNumber() {
        assertTrue(Messaging.SMALL.parse("").isEmpty());
        assertTrue(Messaging.SMALL.parse("perf: not found").isEmpty());
    }

    @Test
    void noGroupsOrNoLoopsAreRefused() {
        assertThrows(IllegalArgumentException.class, () -> new Messaging(0, 1));
        assertThrows(IllegalArgumentException.class, () -> new Messaging(1, 0));
    }
}
