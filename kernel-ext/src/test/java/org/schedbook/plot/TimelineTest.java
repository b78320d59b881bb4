package org.schedbook.plot;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.awt.Color;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.schedbook.plot.Timeline.Bar;

class TimelineTest {

    private static final JsonMapper JSON = JsonMapper.builder().build();

    private static final Timeline TWO =
            new Timeline(
                    "two CPUs",
                    2,
                    List.of(
                            new Bar(0, "a 1", 0, 36, false),
                            new Bar(0, "b 2", 36, 72, true),
                            new Bar(1, "b 2", 0, 36, false)),
                    0,
                    72,
                    72,
                    "made up");

    @Test
    void aColumnOfLettersIsWhatRanLongestInIt() {
        List<String> lines = TWO.text().lines().toList();
        assertEquals("CPU 0  |" + "A".repeat(36) + "B".repeat(36) + "|", lines.get(2));
        assertEquals("CPU 1  |" + "B".repeat(36) + ".".repeat(36) + "|", lines.get(3));
        assertEquals("A a 1, B b 2; . idle", lines.get(4));
        assertEquals("made up", lines.get(5));
    }

    @Test
    void theAlternativeTextSaysHowBusyEachCpuWas() {
        assertEquals(
                "two CPUs: 2 tasks on 2 CPUs, CPU 0 busy 100 %, CPU 1 busy 50 %.", TWO.altText());
    }

    @Test
    void aPartShowsOnlyWhatRanInIt() {
        var part = new Timeline("part", 2, TWO.bars(), 40, 60, 60, "");
        assertTrue(part.text().contains("A b 2; . idle"), part.text());
    }

    @Test
    void tasksHaveDifferentColoursAndIdleHasNone() {
        var image = TWO.picture().image();
        int y = (34 + 18) * 2; // below the label, inside the first row
        int a = image.getRGB(image.getWidth() / 4, y);
        int b = image.getRGB(image.getWidth() * 3 / 4, y);
        int idle = image.getRGB(image.getWidth() * 3 / 4, y + 26 * 2);
        assertNotEquals(a, b);
        assertEquals(Style.ROW.getRGB(), idle);
    }

    @Test
    void thePageIsTheGroundAndLettersAreReadOnWhiteAndOnBlack() {
        assertEquals(0, TWO.picture().image().getRGB(0, 0) >>> 24);
        double text = luminance(Style.TEXT);
        assertTrue(1.05 / (text + .05) > 4, "on white");
        assertTrue(
                (text + .05) / (luminance(new Color(0x111111)) + .05) > 4, "on JupyterLab's dark");
    }

    private static double luminance(Color grey) {
        return Math.pow((grey.getRed() / 255. + .055) / 1.055, 2.4);
    }

    @Test
    void theChartToZoomInGoesOnToTheLastBarAndOpensWhereThePictureIs() throws Exception {
        var part = new Timeline("part", 2, TWO.bars(), 0, 18, 72, "made up");
        JsonNode chart = JSON.valueToTree(ZoomableTimeline.of(part));
        assertEquals(part.altText(), chart.get("description").asText());
        var values = new HashMap<String, JsonNode>();
        chart.get("signals").forEach(s -> values.put(s.get("name").asText(), s.get("value")));
        assertEquals("[0,72]", values.get("limits").toString());
        assertEquals(2, values.get("zoom").asDouble());
        assertEquals(9 / 1e3, values.get("middle").asDouble());
        assertEquals("[\"a 1\",\"b 2\"]", values.get("tasks").toString());
        assertEquals(
                List.of(
                        "row,task,from,for,moved,thin",
                        "0,0,0,36,0,0",
                        "0,1,36,36,1,0",
                        "1,1,0,36,0,0"),
                chart.get("data").get(0).get("values").asText().lines().toList());
        assertFalse(chart.toString().contains("@"), "every place is filled in");
    }

    @Test
    void theChartIsOfBoundedSize() throws Exception {
        var bars = new ArrayList<Bar>();
        for (int i = 0; i < 3000; i++) {
            bars.add(new Bar(i % 8, "sender " + i % 200, i * 100_000L, (i + 1) * 100_000L, true));
        }
        var chart = ZoomableTimeline.of(new Timeline("", 8, bars, 0, 1, 300_000_000, ""));
        assertTrue(JSON.writeValueAsString(chart).length() < 100_000);
    }

    @Test
    void aTimeIsWrittenInTheUnitThatSuitsIt() {
        assertEquals("0", Timeline.time(0));
        assertEquals("999 ns", Timeline.time(999));
        assertEquals("1.5 µs", Timeline.time(1500));
        assertEquals("10 ms", Timeline.time(10_000_000));
        assertEquals("2.25 s", Timeline.time(2_250_000_000L));
    }

    @Test
    void nothingToDrawIsRefused() {
        assertThrows(
                IllegalArgumentException.class, () -> new Timeline("", 1, List.of(), 5, 5, 5, ""));
    }
}
