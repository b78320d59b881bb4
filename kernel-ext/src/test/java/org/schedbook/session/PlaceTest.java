package org.schedbook.session;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.schedbook.compile.CompiledPolicy;
import org.schedbook.policy.ExitInfo;
import org.schedbook.target.Attachment;
import org.schedbook.target.Status;
import org.schedbook.target.TargetException;

class PlaceTest {

    private static final CompiledPolicy POLICY = new CompiledPolicy("kk", "Kk", Map.of(), "hash");

    /** Attached, and in some state when first asked. */
    private static final class Ended implements Attachment {

        private final ExitInfo exit;
        private boolean closed;

        Ended(ExitInfo exit) {
            this.exit = exit;
        }

        @Override
        public Status status() {
            return new Status("kk", "", "disabled", Map.of(), List.of("enqueue, line 3: no"), exit);
        }

        @Override
        public ExitInfo detach() {
            return exit;
        }

        @Override
        public void close() {
            closed = true;
        }
    }

    @Test
    void aPolicyThatTheKernelHasEndedAtOnceIsNotAttachedAndTheReasonIsSaid() {
        var ended = new Ended(new ExitInfo(1024, 0, "runtime error", "invalid flags", ""));
        var e = assertThrows(TargetException.class, () -> Place.refuseEnded(POLICY.name(), ended));
        assertEquals(
                "kk was attached and ended at once: runtime error. invalid flags", e.getMessage());
        assertFalse(e.nextStep().isEmpty());
        assertTrue(e.detail().contains("line 3"), e.detail());
        assertTrue(ended.closed);
    }

    @Test
    void aPolicyThatIsThereIsLeftAlone() throws Exception {
        var attached = new Ended(null);
        Place.refuseEnded(POLICY.name(), attached);
        assertFalse(attached.closed);
    }
}
