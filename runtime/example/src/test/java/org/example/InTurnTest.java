package org.example;

import org.junit.jupiter.api.Test;

class InTurnTest {

    @Test
    void tasksTakeTurnsOfTwoMilliseconds() throws Exception {
        InTurn.simulated()
                .because("each has 2 ms at a time")
                .order("ababab")
                .clean();
    }
}
