package org.schedbook.target.sim;

import java.io.IOException;
import java.io.StringReader;
import java.nio.charset.StandardCharsets;

/** Recordings and traces: each is a workload, or has a line and a reason why it is none. */
public final class TraceFuzz {

    public static void fuzzerTestOneInput(byte[] file) {
        String text = new String(file, StandardCharsets.UTF_8);
        try {
            SchedTrace.read("fuzz", new StringReader(text)).workload();
        } catch (FormatException e) {
            Reasons.check(e);
        } catch (IOException e) {
            throw new AssertionError("a string can be read", e);
        }
    }

    private TraceFuzz() {}
}
