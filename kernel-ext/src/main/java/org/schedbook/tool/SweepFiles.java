package org.schedbook.tool;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.schedbook.file.WholeFile;
import org.schedbook.sweep.Sweep;
import org.schedbook.view.SweepView;

/** The figures of a sweep as files: a line, or an object, for each metric of each variant. */
final class SweepFiles {

    private static final JsonMapper JSON = JsonMapper.builder().build();

    static void csv(Path file, Sweep sweep, List<Sweep.Outcome> outcomes) throws IOException {
        var lines = new ArrayList<String>();
        var header = new ArrayList<>(List.of("workload", "policy"));
        header.addAll(sweep.constants());
        header.addAll(List.of("metric", "unit", "better", "n", "median", "low", "high", "failure"));
        lines.add(String.join(",", header));
        for (SweepView.Row row : SweepView.rows(sweep, outcomes)) {
            var cells = new ArrayList<String>();
            cells.add(GradeFiles.quoted(row.workload()));
            cells.add(GradeFiles.quoted(row.variant().policy()));
            sweep.constants()
                    .forEach(
                            name ->
                                    cells.add(
                                            GradeFiles.quoted(
                                                    row.variant()
                                                            .labels()
                                                            .getOrDefault(name, ""))));
            cells.add(GradeFiles.quoted(row.metric()));
            cells.add(GradeFiles.quoted(row.unit()));
            cells.add(row.better());
            cells.add(String.valueOf(row.samples().length));
            cells.add(number(row.median()));
            cells.add(number(row.interval().low()));
            cells.add(number(row.interval().high()));
            cells.add(GradeFiles.quoted(row.failure()));
            lines.add(String.join(",", cells));
        }
        WholeFile.write(file, String.join("\n", lines) + "\n");
    }

    /** Nothing stands where nothing is known. */
    private static String number(double value) {
        return Double.isFinite(value) ? String.valueOf(value) : "";
    }

    static void json(Path file, Sweep sweep, List<Sweep.Outcome> outcomes) throws IOException {
        ArrayNode all = JSON.createArrayNode();
        for (SweepView.Row row : SweepView.rows(sweep, outcomes)) {
            ObjectNode each = all.addObject();
            each.put("workload", row.workload());
            each.put("policy", row.variant().policy());
            ObjectNode constants = each.putObject("constants");
            row.variant().labels().forEach(constants::put);
            if (!row.failure().isEmpty()) {
                each.put("failure", row.failure());
                continue;
            }
            each.put("metric", row.metric());
            each.put("unit", row.unit());
            each.put("better", row.better());
            ArrayNode samples = each.putArray("samples");
            for (double sample : row.samples()) {
                samples.add(sample);
            }
            each.put("median", row.median());
            each.set("low", known(row.interval().low()));
            each.set("high", known(row.interval().high()));
        }
        WholeFile.write(file, JSON.writerWithDefaultPrettyPrinter().writeValueAsString(all));
    }

    private static JsonNode known(double value) {
        var nodes = JSON.getNodeFactory();
        return Double.isFinite(value) ? nodes.numberNode(value) : nodes.nullNode();
    }

    private SweepFiles() {}
}
