package org.schedbook.scx;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Map;
import org.junit.jupiter.api.Test;
import org.schedbook.policy.ExitInfo;

class BackendTest {

    private static final long HOTPLUG = 1L << 3;
    private static final long RESTART = 1L << 5;

    private static final Map<String, Long> CODES =
            Map.of("SCX_ECODE_RSN_HOTPLUG", HOTPLUG, "SCX_ECODE_ACT_RESTART", RESTART);

    @Test
    void theKernelAsksForARestartByABitOfTheExitCode() {
        assertTrue(asksForRestart(HOTPLUG | RESTART, CODES));
        assertTrue(asksForRestart(RESTART, CODES));
        assertFalse(asksForRestart(HOTPLUG, CODES));
        assertFalse(asksForRestart(0, CODES));
    }

    @Test
    void aKernelThatKnowsNoRestartAsksForNone() {
        assertFalse(asksForRestart(-1, Map.of()));
    }

    private static boolean asksForRestart(long code, Map<String, Long> codes) {
        return Backend.asksForRestart(new ExitInfo(66, code, "", "", ""), codes);
    }
}
