package org.schedbook.harness;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.InputStream;
import java.lang.classfile.ClassFile;
import java.lang.classfile.attribute.CodeAttribute;
import org.junit.jupiter.api.Test;

class PolicyHarnessTest {

    /** HotSpot's FreqInlineSize on x86-64. */
    private static final int MOST_INLINED = 325;

    @Test
    void callsOfThePolicyAreCompiledByThemselves() throws IOException {
        try (InputStream in = PolicyHarness.class.getResourceAsStream("PolicyHarness.class")) {
            var call =
                    ClassFile.of().parse(in.readAllBytes()).methods().stream()
                            .filter(m -> m.methodName().equalsString("call"))
                            .findAny()
                            .orElseThrow();
            int length = ((CodeAttribute) call.code().orElseThrow()).codeLength();
            assertTrue(length > MOST_INLINED, "call() has " + length + " bytes of code only");
        }
    }
}
