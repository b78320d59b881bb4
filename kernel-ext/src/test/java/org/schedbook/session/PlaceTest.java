package org.schedbook.session;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.schedbook.bench.Contender;
import org.schedbook.compile.CompiledPolicy;
import org.schedbook.kernel.KernelPolicy;
import org.schedbook.policy.ExitInfo;
import org.schedbook.target.AttachOptions;
import org.schedbook.target.Attachment;
import org.schedbook.target.Status;
import org.schedbook.target.TargetException;
import org.schedbook.target.vm.Architecture;
import org.schedbook.target.vm.Clock;
import org.schedbook.target.vm.GuestShape;

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

    @Test
    void aGuestOfAnotherArchitectureIsTheSameInAReport() {
        var choice = new TargetChoice.Vm(new GuestShape(2, 1536, Clock.WALL, Architecture.ARM64));
        assertTrue(choice.line().endsWith("--arch arm64"), choice.line());
        assertEquals(choice, TargetChoice.parse(choice.line()));
        assertEquals(
                new TargetChoice.Vm(new GuestShape(2, 1536, Clock.WALL, Architecture.AMD64)),
                TargetChoice.parse("vm --cpus 2 --memory 1536M --clock wall"));
    }

    @Test
    void aPolicyInCIsForThisMachineOnlyIfAskedForTwiceAndAgainAfterAnotherChoice()
            throws Exception {
        var mine = Contender.of(new KernelPolicy(POLICY, new byte[0], null, "", List.of(), true));
        try (var place = new Place(false)) {
            place.check(mine, place.choice()); // a guest
            place.choose(TargetChoice.Kind.host.usual());
            place.check(Contender.of(POLICY), place.choice());
            var e = assertThrows(SessionException.class, () -> place.check(mine, place.choice()));
            assertTrue(e.nextStep().contains("%attach kk --on-this-machine"), e.nextStep());
            place.allowByHand();
            place.check(mine, place.choice());
            place.choose(TargetChoice.Kind.host.usual());
            assertThrows(SessionException.class, () -> place.check(mine, place.choice()));
        }
    }

    @Test
    void aPolicyThatDecidesInAKernelIsRefusedWhereThereIsNone() throws Exception {
        var mine = Contender.of(new KernelPolicy(POLICY, new byte[0], null, "", List.of(), false));
        try (var place = new Place(false)) {
            place.choose(TargetChoice.Kind.sim.usual());
            var e = assertThrows(SessionException.class, () -> place.check(mine, place.choice()));
            assertTrue(e.getMessage().startsWith("kk@kernel decides in a kernel"), e.getMessage());
            assertTrue(e.nextStep().contains("%target vm"), e.nextStep());
            assertThrows(SessionException.class, () -> place.attach(mine, AttachOptions.DEFAULT));
        }
    }
}
