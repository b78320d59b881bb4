package org.schedbook.kernel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.schedbook.compile.PolicyCompiler;
import org.schedbook.compile.PolicySource;

/** Every policy that a reader of Schedbook sees can be attached in the kernel, or says why not. */
class PublishedPoliciesTest {

    /** Two insert in selectCpu: one in docs/checking.md, one in a lab. */
    private static final List<String> REFUSED =
            List.of("insert in selectCpu", "insert in selectCpu");

    @Test
    void everyPolicyIsTranslatedOrListedHere() throws Exception {
        var refused = new ArrayList<String>();
        for (PolicySource source : PublishedPolicies.all()) {
            try {
                var policy = KernelPolicy.of(source, new PolicyCompiler().compile(source));
                assertTrue(policy.object().length > 0, source.name());
            } catch (UnsupportedException e) {
                e.problems().forEach(p -> refused.add(p.message().replaceAll(": .*", "")));
            }
        }
        assertEquals(REFUSED, refused);
    }

    @Test
    void thereAreSomeOfEachKind() throws Exception {
        for (String where : List.of("docs-", "notebook-", "recording-")) {
            long count =
                    PublishedPolicies.all().stream()
                            .filter(s -> s.name().startsWith(where))
                            .count();
            assertTrue(count >= 4, where + ": " + count);
        }
    }
}
