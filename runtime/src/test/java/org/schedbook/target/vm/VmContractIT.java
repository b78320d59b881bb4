package org.schedbook.target.vm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.schedbook.compile.CompiledPolicy;
import org.schedbook.compile.PolicyCompiler;
import org.schedbook.compile.PolicySource;
import org.schedbook.policy.ExitInfo;
import org.schedbook.target.Attachment;
import org.schedbook.target.CommandResult;
import org.schedbook.target.Status;
import org.schedbook.target.TargetException;

/** The loop in user space, on the kernel of a real guest. */
@Timeout(120)
class VmContractIT extends GuestContract {

    @Override
    protected Ran run(PolicySource source, CompiledPolicy policy, Load load, End awaited)
            throws Exception {
        VmTarget guest = guest();
        try (Attachment attachment = guest.attach(policy)) {
            CommandResult result = run(guest, load);
            assertEquals(0, result.exitCode(), result.toString());
            Status status = attachment.status();
            // A call may take several times its limit where the machine has other work.
            for (int i = 0; i < 300 && mayStillEnd(status, awaited); i++) {
                Thread.sleep(100);
                status = attachment.status();
            }
            ExitInfo exit = attachment.detach();
            status = attachment.status();
            if (exit.reason().equals("the policy failed")) {
                guest.close(); // a call of it still runs there
            }
            return new Ran(
                    exit.isError() ? End.ENDED : End.STAYED,
                    status.counters(),
                    status.faults(),
                    exit.isError() ? exit.reason() : "");
        } catch (TargetException e) {
            return new Ran(End.REFUSED, Map.of(), List.of(e.getMessage()), e.getMessage());
        }
    }

    @Test
    void aGuestInWhichACallNeverReturnedIsGivenUpAtTheNextAttach() throws Exception {
        VmTarget spoilt = VmTarget.boot();
        try (spoilt) {
            String hangs =
                    """
                    public class Hangs extends Policy {
                        static int n;
                        public void enqueue(Task task, long enqFlags) {
                            while (n++ > 20) n = 30;
                            insert(task, Dsq.GLOBAL, SLICE_DFL_NS, enqFlags);
                        }
                    }
                    """;
            var policy = new PolicyCompiler().compile(new PolicySource("hangs", hangs));
            try (Attachment attachment = spoilt.attach(policy)) {
                run(spoilt, Load.HEAVY);
                for (int i = 0; i < 100 && attachment.status().exit() == null; i++) {
                    Thread.sleep(100);
                }
                Status status = attachment.status();
                assertEquals("the policy failed", status.exit().reason(), status.toString());
                assertTrue(status.exit().message().contains("line 4"), status.toString());
            }
            var e = assertThrows(TargetException.class, () -> spoilt.attach(policy));
            assertTrue(e.getMessage().contains("still within a call"), e.getMessage());
            assertFalse(spoilt.isAlive());
        }
    }

    private static boolean mayStillEnd(Status status, End awaited) {
        return status.state().equals("enabled")
                && (awaited == End.ENDED || policyMayHaveToBeGivenUp(status));
    }

    /**
     * Tasks still wait for it that have nothing to do with the load; or it has done something wrong
     * that it has not said yet.
     */
    private static boolean policyMayHaveToBeGivenUp(Status status) {
        return status.counters().get("nr_queued") > 0
                || status.counters().get("nr_policy_errors") > 0 && status.faults().isEmpty();
    }

    @Override
    protected Map<String, Difference> differences() {
        return Map.of();
    }
}
