package org.schedbook.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
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
        assertEquals(List.of(1.743), Messaging.SMALL.parse("1.743\n").orElseThrow().values());
    }
}
