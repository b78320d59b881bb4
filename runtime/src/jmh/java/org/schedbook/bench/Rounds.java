package org.schedbook.bench;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Random;
import org.schedbook.measure.Comparison;
import org.schedbook.target.CommandResult;

/** What benchmarks with a peer have in common: trials by turns, and rows of JSON. */
public final class Rounds {

    /** Of the orders, and of the intervals. */
    static final int SEED = 1;

    private Rounds() {}

    /** Something that is done once a round; its figure is what is compared. */
    interface Trial {
        double run() throws Exception;
    }

    /** Does all in every round, in an order drawn anew; the first round is a trial. */
    static Map<String, double[]> byTurns(int runs, Map<String, Trial> trials) throws Exception {
        var order = new ArrayList<>(trials.keySet());
        var random = new Random(SEED);
        var samples = new LinkedHashMap<String, double[]>();
        trials.keySet().forEach(name -> samples.put(name, new double[runs]));
        for (int round = -1; round < runs; round++) {
            Collections.shuffle(order, random);
            for (String name : order) {
                double figure = trials.get(name).run();
                if (round >= 0) {
                    samples.get(name)[round] = figure;
                }
            }
        }
        return samples;
    }

    /** Returns the headline of a workload that was run. */
    static double figure(Workload workload, CommandResult result) {
        if (result.exitCode() != 0) {
            throw new IllegalStateException(workload.title() + ": " + result.errors());
        }
        return workload.parse(result.output()).orElseThrow().values().getFirst();
    }

    /** Returns a row that says what was measured. */
    public static ObjectNode row(String metric, double value, String unit) {
        ObjectNode row = new ObjectMapper().createObjectNode();
        row.put("metric", metric);
        row.put("value", value);
        row.put("unit", unit);
        return row;
    }

    /** Prints a row with what a peer is beside it. */
    public static void print(ObjectNode row, String peer, Comparison comparison, int runs) {
        row.put("peer", peer);
        row.put("ratio", comparison.ratio());
        row.put("low", comparison.interval().low());
        row.put("high", comparison.interval().high());
        row.put("n", runs);
        System.out.println(row);
    }
}
