package org.schedbook.kernel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.schedbook.compile.PolicyCompiler;
import org.schedbook.compile.PolicySource;

/** Every policy that a reader of Schedbook sees can be attached in the kernel, or says why not. */
class PublishedPoliciesTest {

    @Test
    void everyPolicyIsTranslated() throws Exception {
        for (PolicySource source : PublishedPolicies.all(Path.of(".."))) {
            var policy = KernelPolicy.of(source, new PolicyCompiler().compile(source));
            assertTrue(policy.object().length > 0, source.name());
        }
    }

    @Test
    void everyPolicyByHandCompiles() throws Exception {
        List<PolicySource> byHand = PublishedPolicies.byHand(Path.of(".."));
        assertEquals(List.of("c-vtime", "c-rr"), byHand.stream().map(PolicySource::name).toList());
        for (PolicySource source : byHand) {
            assertTrue(HandWritten.of(source).object().length > 0, source.name());
        }
    }

    @Test
    void thereAreSomeOfEachKind() throws Exception {
        for (String where : List.of("docs-", "notebook-", "recording-")) {
            long count =
                    PublishedPolicies.all(Path.of("..")).stream()
                            .filter(s -> s.name().startsWith(where))
                            .count();
            assertTrue(count >= 4, where + ": " + count);
        }
    }
}
