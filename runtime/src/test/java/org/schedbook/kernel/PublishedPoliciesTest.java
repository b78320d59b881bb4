package org.schedbook.kernel;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

/** None of the places where policies are published is overlooked; {@code InKernelIT} runs them. */
class PublishedPoliciesTest {

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
