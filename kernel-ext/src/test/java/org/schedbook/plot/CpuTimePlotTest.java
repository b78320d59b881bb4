package org.schedbook.plot;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.util.List;
import org.dflib.jjava.jupyter.kernel.display.DisplayData;
import org.dflib.jjava.jupyter.kernel.display.mime.MIMEType;
import org.junit.jupiter.api.Test;

class CpuTimePlotTest {

    private static final CpuTimePlot TWO =
            new CpuTimePlot(
                    "two",
                    new double[] {0, 1, 2},
                    List.of(
                            new CpuTimePlot.Line(
                                    "a 1", new double[] {0, 1, 1}, new double[] {0, .5, 1}),
                            new CpuTimePlot.Line(
                                    "b 2", new double[] {0, 0, 1}, new double[] {0, .5, 1})),
                    "made up");

    @Test
    void jupyterLabIsGivenEachFigureBesideItsPart() {
        DisplayData data = TWO.bundle();
        JsonNode chart =
                JsonMapper.builder()
                        .build()
                        .valueToTree(data.getData(MIMEType.parse("application/vnd.vega.v5+json")));
        assertEquals(TWO.altText(), chart.get("description").asText());
        assertEquals("[\"a 1\",\"b 2\"]", chart.get("signals").get(0).get("value").toString());
        assertEquals(
                List.of(
                        "line,at,had,ideal",
                        "0,0,0,0",
                        "0,1.000,1.000,0.5000",
                        "0,2.000,1.000,1.000",
                        "1,0,0,0",
                        "1,1.000,0,0.5000",
                        "1,2.000,1.000,1.000"),
                chart.get("data").get(0).get("values").asText().lines().toList());
        assertFalse(chart.toString().contains("@"), "every place is filled in");
    }

    @Test
    void whoeverDrawsNoVegaIsGivenAPictureAndText() {
        DisplayData data = TWO.bundle();
        assertTrue(data.hasDataForType(MIMEType.IMAGE_PNG));
        assertTrue(data.getData(MIMEType.TEXT_PLAIN).toString().contains("its part, ms"));
        assertTrue(TWO.altText().startsWith("two: a 1 had 1.000 ms, and its part was 1.000;"));
    }

    @Test
    void longNamesHaveLinesOfTheirOwnAndStayInThePicture() {
        String policy = "fair-by-weight-with-a-bonus-for-interactive-tasks-and-no-preempt ";
        var plot =
                new CpuTimePlot(
                        "mixed under " + policy.repeat(4),
                        TWO.ms(),
                        TWO.lines().stream()
                                .map(
                                        line ->
                                                new CpuTimePlot.Line(
                                                        policy + line.task(),
                                                        line.had(),
                                                        line.ideal()))
                                .toList(),
                        "made up");
        var image = plot.picture().image();
        for (int y = 0; y < image.getHeight(); y++) {
            assertEquals(0, image.getRGB(image.getWidth() - 1, y) >>> 24, "at " + y);
        }
        JsonNode chart =
                JsonMapper.builder()
                        .build()
                        .valueToTree(
                                plot.bundle()
                                        .getData(MIMEType.parse("application/vnd.vega.v5+json")));
        assertEquals(4, chart.get("title").get("text").size());
        assertEquals(1, chart.get("legends").get(0).get("columns").asInt());
        assertEquals(
                "[\"%sa 1\",\"%sb 2\"]".formatted(policy, policy),
                chart.get("signals").get(1).get("value").toString());
    }
}
