package org.schedbook.target.vm;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import org.schedbook.compile.PolicyCompiler;
import org.schedbook.compile.PolicySource;
import org.schedbook.measure.Summary;
import org.schedbook.target.Activity;
import org.schedbook.target.Attachment;

/**
 * What an attached scheduler costs while there is nothing to schedule: CPU time of its process as a
 * share of one CPU of the guest, as a row of JSON. {@code ./schedbook bench idle}
 */
public final class IdleBenchmark {

    private static final int RUNS = 8;
    private static final int WINDOW_MILLIS = 10_000;

    public static void main(String[] args) throws Exception {
        var policy = new PolicyCompiler().compile(PolicySource.builtIn("fifo").get());
        double[] percents = new double[RUNS];
        try (VmTarget guest = VmTarget.boot()) {
            System.out.println(guest.machine().caption());
            try (Attachment attachment = guest.attach(policy)) {
                Thread.sleep(WINDOW_MILLIS); // what attaching left to do
                for (int i = 0; i < RUNS; i++) {
                    // Asking costs CPU time too, and counts.
                    Activity before = attachment.activity().orElseThrow();
                    Thread.sleep(WINDOW_MILLIS);
                    Activity after = attachment.activity().orElseThrow();
                    percents[i] =
                            100.0
                                    * (after.schedulerCpuNs() - before.schedulerCpuNs())
                                    / (after.atNs() - before.atNs());
                }
            }
        }
        Summary summary = Summary.of(percents);
        ObjectNode row = new ObjectMapper().createObjectNode();
        row.put("metric", "idle.cpu");
        row.put("value", summary.median());
        row.put("unit", "%");
        row.putNull("peer");
        row.putNull("ratio");
        row.put("low", summary.min());
        row.put("high", summary.max());
        row.put("n", summary.n());
        System.out.println(row);
        System.exit(0);
    }

    private IdleBenchmark() {}
}
