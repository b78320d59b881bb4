package org.schedbook.kernel;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.schedbook.compile.PolicyCompiler;
import org.schedbook.compile.PolicySource;

/** Every policy that a reader of Schedbook sees can be attached in the kernel. */
class PublishedPoliciesTest {

    static List<PolicySource> all() throws Exception {
        return PublishedPolicies.all();
    }

    @ParameterizedTest
    @MethodSource("all")
    void everyPolicyIsTranslated(PolicySource source) throws Exception {
        var policy = KernelPolicy.of(source, new PolicyCompiler().compile(source));
        assertTrue(policy.object().length > 0);
    }

    @Test
    void thereAreSomeOfEachKind() throws Exception {
        for (String where : List.of("docs-", "notebook-", "recording-")) {
            long count = all().stream().filter(s -> s.name().startsWith(where)).count();
            assertTrue(count >= 4, where + ": " + count);
        }
    }
}
