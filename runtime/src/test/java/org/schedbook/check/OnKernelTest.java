package org.schedbook.check;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.schedbook.check.Check.isAtLeast;
import static org.schedbook.check.Check.isAtMost;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.schedbook.target.Status;
import org.schedbook.target.TargetException;

/** What is expected of counters, however they came about. */
class OnKernelTest {

    private static Counted counted(Map<String, Long> counters, String... faults) throws Exception {
        OnKernel.Kernel kernel =
                (policy, _) -> new Status(policy, "", "enabled", counters, List.of(faults), null);
        return new OnKernel("mine", kernel).under("messaging");
    }

    @Test
    void countersThatAreAsExpectedAreFine() throws Exception {
        Counted counted = counted(Map.of("nr_user_dispatches", 20L, "nr_forgotten", 0L));
        counted.clean().counter("nr_user_dispatches", isAtLeast(1));
        assertEquals("mine scheduled messaging on a kernel: 20 tasks as it decided", counted + "");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"nr_policy_errors", "nr_forgotten", "nr_bounce_dispatches", "nr_duplicate"})
    void whatAPolicyDoesWrongIsNamedWithItsFault(String counter) throws Exception {
        Counted counted =
                counted(Map.of("nr_user_dispatches", 9L, counter, 3L), "enqueue, line 4: no");
        var e =
                assertThrows(
                        CheckFailed.class,
                        () -> counted.counter("nr_user_dispatches", isAtLeast(1)));
        assertTrue(e.getMessage().contains(counter + " is 3. enqueue, line 4"), e.getMessage());
    }

    @Test
    void aPolicyThatDecidedNothingIsNotClean() throws Exception {
        Counted counted = counted(Map.of("nr_user_dispatches", 0L));
        assertThrows(CheckFailed.class, counted::clean);
    }

    @Test
    void aCounterThatIsOffIsToldWithTheReason() throws Exception {
        Counted counted = counted(Map.of("nr_user_dispatches", 9L));
        var e =
                assertThrows(
                        CheckFailed.class,
                        () ->
                                counted.because("few wake up")
                                        .counter("nr_user_dispatches", isAtMost(5)));
        assertTrue(e.getMessage().contains("at most 5. It is 9."), e.getMessage());
        assertTrue(e.getMessage().contains("Because: few wake up"), e.getMessage());
        var none =
                assertThrows(
                        IllegalArgumentException.class,
                        () -> counted.counter("nr_of_pigs", isAtMost(5)));
        assertTrue(none.getMessage().contains("nr_user_dispatches"), none.getMessage());
    }

    @Test
    void aKernelThatCannotBeHadIsAFailureWithANextStep() {
        OnKernel.Kernel none =
                (_, _) -> {
                    throw new TargetException("There is no guest.", "Set one up.", "");
                };
        var e =
                assertThrows(
                        CheckFailed.class, () -> new OnKernel("mine", none).under("messaging"));
        assertTrue(e.getMessage().contains("There is no guest."), e.getMessage());
        assertTrue(e.getMessage().contains("Set one up."), e.getMessage());
    }
}
