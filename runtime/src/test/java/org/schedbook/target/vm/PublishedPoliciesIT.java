package org.schedbook.target.vm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.schedbook.bench.Workload;
import org.schedbook.bench.Workloads;
import org.schedbook.compile.PolicyCompiler;
import org.schedbook.compile.PolicySource;
import org.schedbook.kernel.KernelPolicy;
import org.schedbook.kernel.PublishedPolicies;
import org.schedbook.target.AttachOptions;
import org.schedbook.target.Attachment;
import org.schedbook.target.CommandResult;
import org.schedbook.target.Status;

/** Every policy that a reader of Schedbook sees schedules in the kernel of a real guest. */
@Timeout(240)
class PublishedPoliciesIT {

    private static final Duration LIMIT = Duration.ofSeconds(120);
    private static final PolicyCompiler COMPILER = new PolicyCompiler();

    private static VmTarget guest;

    @BeforeAll
    static void boot() throws Exception {
        guest = VmTarget.boot();
    }

    @AfterAll
    static void stop() {
        if (guest != null) {
            guest.close();
        }
    }

    static List<PolicySource> all() throws Exception {
        return PublishedPolicies.all();
    }

    static Iterable<String> builtIn() {
        return PolicySource.builtInNames();
    }

    @ParameterizedTest
    @MethodSource("all")
    void runsMessaging(PolicySource source) throws Exception {
        schedules(source, "messaging:groups=1,loops=5");
    }

    /** Two seconds each, which is long for all. */
    @ParameterizedTest
    @MethodSource("builtIn")
    void runsMixed(String name) throws Exception {
        schedules(PolicySource.builtIn(name).orElseThrow(), "mixed:hogs=2,threads=2,seconds=2");
    }

    private static void schedules(PolicySource source, String load) throws Exception {
        Workload workload = Workloads.parse(load);
        var policy = KernelPolicy.of(source, COMPILER.compile(source));
        try (Attachment attachment = guest.attach(policy, AttachOptions.DEFAULT)) {
            CommandResult result = guest.run(workload.command(), LIMIT);
            assertEquals(0, result.exitCode(), result.errors());
            assertTrue(workload.parse(result.output()).isPresent(), result.output());
            Status status = attachment.status();
            assertEquals("enabled", status.state(), status.toString());
            assertEquals(List.of(), status.faults());
            assertFalse(attachment.detach().isError());
        }
    }
}
